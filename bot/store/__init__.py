"""The bot's memory: the questions it asks (`Store`), the SQLite file that answers them, and its backups."""

from bot.store.backup import Backup, Shelf
from bot.store.base import Letter, LostFence, Parcel, Store, Touched
from bot.store.letters import dead_letters, replay_letters
from bot.store.opening import shelf_of
from bot.store.restore import Restored, restore
from bot.store.sqlite import open_store

__all__ = [
    "Backup",
    "Letter",
    "LostFence",
    "Parcel",
    "Restored",
    "Shelf",
    "Store",
    "Touched",
    "dead_letters",
    "open_store",
    "replay_letters",
    "restore",
    "shelf_of",
]
