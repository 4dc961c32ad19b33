"""Slack, played on this machine: for the demo, for training and for the tests."""

from bot.sandbox.slack.emulator import SlackEmulator
from bot.sandbox.slack.forms import FormIncomplete, NotOnScreen, Refused
from bot.sandbox.slack.log import Call, Delivery
from bot.sandbox.slack.manifest import Manifest
from bot.sandbox.slack.nouns import Channel, Message, User, UserGroup, View
from bot.sandbox.slack.people import UnknownCommand
from bot.sandbox.slack.reading import Reader, render
from bot.sandbox.slack.time import SlackTime
from bot.sandbox.slack.workspace import NoSuchThing

__all__ = [
    "Call",
    "Channel",
    "Delivery",
    "FormIncomplete",
    "Manifest",
    "Message",
    "NoSuchThing",
    "NotOnScreen",
    "Reader",
    "Refused",
    "SlackEmulator",
    "SlackTime",
    "UnknownCommand",
    "User",
    "UserGroup",
    "View",
    "render",
]
