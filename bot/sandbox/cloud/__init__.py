"""What every simulated vendor is made of: a clockwork, books, a door, webhooks and faults."""

from bot.sandbox.cloud.agenda import Agenda, Entry
from bot.sandbox.cloud.books import Books
from bot.sandbox.cloud.cloud import Cloud
from bot.sandbox.cloud.course import Course
from bot.sandbox.cloud.door import Door, Overheard, Refused
from bot.sandbox.cloud.ledger import Call, Effect, Id, Ledger
from bot.sandbox.cloud.webhooks import Delivery, Webhooks

__all__ = [
    "Agenda",
    "Books",
    "Call",
    "Cloud",
    "Course",
    "Delivery",
    "Door",
    "Effect",
    "Entry",
    "Id",
    "Ledger",
    "Overheard",
    "Refused",
    "Webhooks",
]
