"""The bot's memory: the questions it asks (`Store`) and the SQLite file that answers them."""

from bot.store.base import Letter, LostFence, Parcel, Store, Touched
from bot.store.sqlite import open_store

__all__ = ["Letter", "LostFence", "Parcel", "Store", "Touched", "open_store"]
