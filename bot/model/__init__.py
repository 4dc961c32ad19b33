"""The nouns of a show, as frozen values; instants are aware and in UTC."""

from bot.model.access import Grant, Owners, owners_of
from bot.model.clip import Clip, ClipState, Marker
from bot.model.decision import Decision, Dossier
from bot.model.operation import Operation, OperationState, StepKind, StepRecord, StepState
from bot.model.restream import RestreamTarget
from bot.model.show import Alarm, FinishPolicy, Flaw, Hold, PageState, Picture, Show, ShowState, StreamKey
from bot.model.sight import Change, ChangeKind, Doubt, Look, Quality, Rendition, Seen, Source, Video
from bot.model.speech import Home, Noted, Person, Post, Standing, Urgency
from bot.model.words import CLOCK, JSON

__all__ = [
    "CLOCK",
    "JSON",
    "Alarm",
    "Change",
    "ChangeKind",
    "Clip",
    "ClipState",
    "Decision",
    "Dossier",
    "Doubt",
    "FinishPolicy",
    "Flaw",
    "Grant",
    "Hold",
    "Home",
    "Look",
    "Marker",
    "Noted",
    "Operation",
    "OperationState",
    "Owners",
    "PageState",
    "Person",
    "Picture",
    "Post",
    "Quality",
    "Rendition",
    "RestreamTarget",
    "Seen",
    "Show",
    "ShowState",
    "Source",
    "Standing",
    "StepKind",
    "StepRecord",
    "StepState",
    "StreamKey",
    "Urgency",
    "Video",
    "owners_of",
]
