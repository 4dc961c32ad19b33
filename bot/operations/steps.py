"""What an operation is made of: a verb, and its steps that look before they act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.context import Context
from bot.errors import ProviderError, UserError
from bot.model import JSON, Dossier, Operation, Seen, Show, StepKind, StepRecord, StepState
from bot.operations.outage import TELL_AFTER
from bot.providers.base import Provider
from bot.providers.flight import present
from bot.show.draft import Draft

Result = Mapping[str, JSON]

HTTP_TIMEOUT = 10.0
"""Real seconds after which a request to a provider is given up."""

SETTLE = HTTP_TIMEOUT + 2
"""Real seconds for which an orphaned `create` is only watched: the request may still be on its way."""

KNOWN_EVERYWHERE = timedelta(seconds=30)
"""After that a thing of which the provider knows nothing is not there."""


class AskPeople(Exception):
    """An operation cannot decide and asks. `sentence` is what people read; the question's buttons follow from the verb."""


class Run:
    """One run of one operation, as its steps see it."""

    def __init__(self, context: Context, operation: Operation, dossier: Dossier) -> None:
        self.context = context
        self.operation = operation
        self.dossier = dossier
        self.held_up = ""
        """Why a step that waits cannot see what it waits for, where that lasts and people have to hear of it."""
        self.unanswered: ProviderError | None = None
        """How the look of a step that waits failed; the provider is looked at less often then."""

    @property
    def provider(self) -> Provider:
        """The provider that this operation works on."""
        return self.context.provider(self.operation.provider)

    @property
    def show(self) -> Show:
        """The show, as of the last step."""
        return self.dossier.show(self.operation.show)

    @property
    def stream(self) -> str:
        """The id of the stream this operation works on; UserError while there is none."""
        stream = self.show.stream if self.operation.show else self.operation.stream
        if not stream:
            how = "if making it failed, press Try again on the post that says so"
            raise UserError(f"This show has no stream yet. Wait for its planning to finish; {how}.")
        return stream

    @property
    def page(self) -> str:
        """The id of the show's page; empty if it has none."""
        return self.show.page if self.operation.show and self.show.wants_page else ""

    def result(self, name: str) -> Result:
        """What an earlier step of this operation kept; empty if it did not."""
        return next((step.result for step in self.dossier.steps.get(self.operation.id, ()) if step.name == name), {})

    def done_at(self, name: str) -> datetime | None:
        """When an earlier step was done."""
        steps = self.dossier.steps.get(self.operation.id, ())
        return next((step.done_at for step in steps if step.name == name and step.state is StepState.DONE), None)

    def just_made(self, made: datetime | None) -> bool:
        """Whether that was made so short a while ago that the provider may not know it everywhere yet."""
        return made is not None and self.context.clock.now() - made < KNOWN_EVERYWHERE

    async def look(self) -> Seen:
        """See the stream now with a request of our own; everything seen is reported on the way."""
        seen = await self.context.sightings.look(self.provider, self.stream, self.page, verifying=True)
        self.dossier = replace(self.dossier, seen=seen)
        return seen

    async def look_if_it_answers(self) -> Seen | None:
        """See the stream now; None while the provider is out. Raises ProviderError if no waiting mends that."""
        before, flight = self.dossier.seen, present()
        try:
            return await self.look()
        except ProviderError as failure:
            if failure.permanent:
                raise
            sent = flight.first_sent if flight is not None else None
            hung = flight is not None and sent is not None and flight.now() - sent >= TELL_AFTER
            lasts = hung or (before is not None and before.blind_since is not None)
            self.held_up = failure.happened if lasts else ""
            self.unanswered = failure
            return None


async def nothing_yet(_: Run) -> Result | None:
    """The look of a step whose aim cannot be seen: it is always sent."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step, as declared by its verb.

    `seen` looks at the provider and returns what it found if the step's aim is already true, else None. `act` sends the one
    request and returns what is worth keeping of the answer, never a secret. With `verify`, the step is done only when `seen`
    says so within `patience` (show time) of the request. `ready` is for a WAIT: None to go on, else the instant to look again.
    `done` adds to the transaction that records the step. An unneeded step that fails is noted and the operation goes on.
    `settle` (real seconds) is how long an orphaned `create` is only watched.
    """

    name: str
    label: str
    kind: StepKind = StepKind.SET
    seen: Callable[[Run], Awaitable[Result | None]] = nothing_yet
    act: Callable[[Run], Awaitable[Result]] | None = None
    ready: Callable[[Run], Awaitable[datetime | None]] | None = None
    done: Callable[[Draft, Operation, Result], None] | None = None
    verify: bool = True
    needed: bool = True
    patience: timedelta = timedelta(seconds=30)
    settle: float = SETTLE
    tries: int = 1
    try_again_after: timedelta = timedelta(seconds=5)
    late: str = ""
    """What people are told if the aim does not show in time."""
    otherwise: str = ""
    """What people can do by hand where an unneeded step failed."""

    def record(self, operation: str, seq: int) -> StepRecord:
        """The journal's row for this step before anything happened."""
        return StepRecord(operation, seq, self.name, self.label, self.kind)


def _no_outcome(_: Draft, __: Operation) -> None:
    """Nothing more to write than that it is done."""


def _no_failure(_: Draft, __: Operation, ___: str) -> None:
    """Nothing more to write than that it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """What the team can do, as a durable operation.

    In `title`, `{stream}` and `{page}` stand for what the provider calls them.
    `steps` are worked out afresh for every run from the dossier. `begin` is asked when the operation is claimed: it may turn a
    late cue into a question or end it (by returning a changed operation) or let it run (by returning the same). `finished`
    and `failed` add to the transaction that closes the journal. A `quiet` verb shows no progress message. What holds up a verb
    that is `aside` is told in the show's thread: nothing on the way to air waits for it. That it failed it tells itself.
    """

    name: str
    title: str
    quiet: bool = False
    aside: bool = False
    steps: Callable[[Context, Dossier, Operation], tuple[Step, ...]] = lambda _, __, ___: ()
    begin: Callable[[Context, Draft, Operation], Operation] = lambda _, __, operation: operation
    finished: Callable[[Draft, Operation], None] = _no_outcome
    failed: Callable[[Draft, Operation, str], None] = _no_failure

    def titled(self, provider: Provider | None) -> str:
        """The title in the provider's own words; in ours where there is no such provider here any more."""
        able = provider.capabilities if provider else None
        return self.title.format(stream=able.stream_word if able else "stream", page=able.page_word if able else "page")
