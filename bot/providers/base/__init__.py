"""What a streaming provider is to the bot: what it can do, as values, and how it is asked, in our words."""

from bot.providers.base.abilities import Ability, abilities, settable
from bot.providers.base.capabilities import (
    Capabilities,
    Clips,
    Field,
    Gate,
    Kept,
    Pages,
    Recording,
    Restreams,
    Rotation,
    Switch,
    Videos,
)
from bot.providers.base.connection import Connection
from bot.providers.base.nouns import (
    Address,
    ClipWindow,
    CutClip,
    Figure,
    Heard,
    Page,
    PageHeard,
    Restream,
    RestreamHeard,
    StreamInfo,
    masked,
)
from bot.providers.base.provider import FAMILIES, PARTS, Provider, Providers

__all__ = [
    "FAMILIES",
    "PARTS",
    "Ability",
    "Address",
    "Capabilities",
    "ClipWindow",
    "Clips",
    "Connection",
    "CutClip",
    "Field",
    "Figure",
    "Gate",
    "Heard",
    "Kept",
    "Page",
    "PageHeard",
    "Pages",
    "Provider",
    "Providers",
    "Recording",
    "Restream",
    "RestreamHeard",
    "Restreams",
    "Rotation",
    "StreamInfo",
    "Switch",
    "Videos",
    "abilities",
    "masked",
    "settable",
]
