"""The bot's memory: the questions it asks (`Store`), the SQLite file that answers them, and its backups."""

from bot.store.backup import Backup, Shelf
from bot.store.base import Letter, LostFence, Parcel, Store, Touched
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
    "open_store",
    "restore",
    "shelf_of",
]
