"""The scenes that are played under crashes: how each is set, what people and encoders do, when it is over, what must be true."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.sandbox.slack import Message, Refused, User, View
from tests.faults.stage import Stage
from tests.show_stories.gallery import Gallery
from tests.studio import BERLIN

PATIENCE = 20.0
"""Real seconds for a scene; one that takes longer has lost something."""

ANSWER = 5.0
"""Real seconds after which a person who was acknowledged and sees nothing gives up on it; Slack itself gives up after three."""

TRIGGER = 3.0
"""Real seconds for which Slack lets a form be opened."""

AFTER_AN_ANSWER = 6.0
"""Real seconds in which what was answered also shows."""

TRIES = 4
"""So often a person tries something that comes to nothing although nobody died."""

BURSTS = 3
BURST = timedelta(seconds=4)
"""Show time: longer than the provider takes to notice, shorter than the gap that ends a recording."""

Play = Callable[[Stage], Awaitable[None]]
Over = Callable[[Gallery], object]


def berlin(clock: str) -> datetime:
    """That time on the day of the show, in UTC."""
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return datetime(2026, 11, 22, hours, minutes, seconds[0] if seconds else 0, tzinfo=BERLIN).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Scene:
    """`effects` are how often each thing has to have happened at the provider in the end, `setting` included.

    `says` are what the channel has to have said in the end, threads included, each once and in this order; `tells` finds what else
    is wrong with what it said.
    """

    name: str
    setting: Callable[[Gallery], Awaitable[object]]
    play: Play
    over: Over
    effects: Mapping[str, int] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    tells: Callable[[Gallery], list[str]] = lambda _: []
    lasts: float = 0.0
    """Real seconds for which `over` has to stay true: some ends are also passed on the way."""
    stride: int = 10
    """In every test run a bot dies at every so many moments of it, besides all around each create."""


# -- what is read in Slack
def messages(gallery: Gallery) -> Iterator[Message]:
    """Everything that stands in any channel or conversation, replies included."""
    for channel in gallery.slack.workspace.channels.values():
        for message in channel.messages:
            yield message
            yield from message.replies


def progress(gallery: Gallery, title: str) -> bool:
    """Whether that operation has its progress message."""
    return any(message.text.startswith(title) for message in messages(gallery))


def done(gallery: Gallery, title: str) -> bool:
    """Whether the progress message of that operation says that it is done."""
    return any(message.text.startswith(title) and message.text.endswith(": Done") for message in messages(gallery))


def asked_people(gallery: Gallery) -> bool:
    """Whether there is a question, or a failure that says what to do: an explicit end, in the open."""
    keys = [key_of(message) for message in messages(gallery)]
    return any(key.startswith(("question:", "failed:")) for key in keys)


def key_of(message: Message) -> str:
    """The key that the bot gave its post; empty if it is not one."""
    payload = (message.metadata or {}).get("event_payload") or {}
    return str(payload.get("key", ""))


# -- what people do
async def insist(stage: Stage, who: User, attempt: Callable[[], Awaitable[bool]], seen: Callable[[], object]) -> None:
    """Do it, and again after an error of Slack's or when told to, as people do. What was taken and never came to anything is lost.

    `attempt` says whether Slack showed that it was taken. Tries that a bot died in are not counted: whoever typed a line and saw no
    form has asked for nothing yet, and types it again.
    """

    def told() -> int:
        return len(stage.gallery.slack.ephemerals(who)) + len(stage.gallery.slack.dms(who))

    in_vain = 0
    while in_vain < TRIES:
        deaths = len(stage.deaths)
        await stage.until(lambda: stage.connected, PATIENCE)
        before = told()
        taken = False
        with suppress(Refused, LookupError):
            taken = await attempt()
        if await stage.until(lambda before=before: seen() or told() > before, ANSWER if taken else 0.1):  # type: ignore[misc]
            if await stage.until(seen, AFTER_AN_ANSWER):
                return
        elif taken:
            stage.lost.append("what was acknowledged came to nothing, and nobody was told")
        in_vain += len(stage.deaths) == deaths


async def fill_in(stage: Stage, who: User, line: str, values: Mapping[str, object]) -> bool:
    """Type a line, and send the form that it opens; again while Slack says that this did not work."""
    slack = stage.gallery.slack

    def form() -> View | None:
        return next((view for view in slack.modals(who) if "submit" in view.body), None)

    if form() is None:
        for view in slack.modals(who):  # “One moment”, of a bot that died before it knew more
            await slack.close_view(who, view, all_of_them=True)
        await slack.command(who, stage.gallery.channel, line)
        await stage.until(form, TRIGGER)
    for _ in range(TRIES):
        await stage.until(lambda: stage.connected, PATIENCE)
        shown = form()
        if shown is None:
            return False
        if not (await slack.submit(who, shown, values)).error:
            return True
    return False


async def plan_it(stage: Stage) -> None:
    """One line, its form, Create."""
    gallery = stage.gallery
    line = "/live plan Sunday Service 10:00-10:20"
    await insist(stage, gallery.ana, lambda: fill_in(stage, gallery.ana, line, {}), lambda: progress(gallery, "Preparing the show"))


async def go_by_the_clock(stage: Stage) -> None:
    """It rolls a minute before the start and goes live at the start, by itself."""
    ledger = stage.rehearsal.cloud.ledger
    await stage.until(lambda: ledger.of("recording started") and done(stage.gallery, "Recording"), PATIENCE)
    stage.jump(berlin("9:59:57"))


async def finish_by_hand(stage: Stage) -> None:
    """Ben types it and confirms."""
    gallery = stage.gallery
    await insist(
        stage, gallery.ben, lambda: fill_in(stage, gallery.ben, "/live finish s1", {}), lambda: progress(gallery, "Finishing")
    )


async def move_it(stage: Stage) -> None:
    """Two hours later, after it was opened: the stream is turned off again."""
    gallery = stage.gallery

    async def attempt() -> bool:
        return not (await gallery.slack.command(gallery.ana, gallery.channel, "/live move s1 12:00")).error

    await insist(stage, gallery.ana, attempt, lambda: progress(gallery, "Turning the stream off"))


async def cancel_it(stage: Stage) -> None:
    """Asked, and confirmed in the form."""
    gallery = stage.gallery
    await insist(
        stage,
        gallery.ana,
        lambda: fill_in(stage, gallery.ana, "/live cancel s1", {"reason": "rain"}),
        lambda: progress(gallery, "Cancelling"),
    )


async def webhooks_burst(stage: Stage) -> None:
    """The backup encoder comes and goes, quicker than anybody looks; every webhook arrives twice."""
    gallery, clock = stage.gallery, stage.rehearsal.clock
    for _ in range(BURSTS):
        gallery.cloud.webhooks.repeat_next(4)
        gallery.connect(backup=True)
        await clock.sleep_until(clock.now() + BURST)
        gallery.drop(backup=True)
        await clock.sleep_until(clock.now() + BURST)


async def whole_show(stage: Stage) -> None:
    """Rolls, goes live and finishes by itself."""
    await go_by_the_clock(stage)
    await stage.until(lambda: stage.gallery.posted("ON AIR") and done(stage.gallery, "Going live"), PATIENCE)
    stage.jump(berlin("10:19:58"))


def backup_lines(gallery: Gallery) -> list[str]:
    """What was said of the backup encoder, in the order of Slack's own clock."""
    return [line for line in gallery.talk if "The backup encoder's signal is" in line]


def backup_comes_and_goes(gallery: Gallery) -> list[str]:
    """It may have come and gone while no bot lived; what was said of it takes turns all the same, and ends with the truth."""
    said = ["there" if "signal is there" in line else "gone" for line in backup_lines(gallery)]
    in_turns = ["there", "gone"] * (len(said) // 2)
    return [] if said == in_turns and len(said) <= 2 * BURSTS else [f"of the backup encoder was said: {', '.join(said)}"]


async def begin_at_once(_: Gallery) -> None:
    """Nothing has happened yet."""


async def running(gallery: Gallery) -> None:
    """On air for a minute, and nothing happens."""
    await gallery.on_air()
    await gallery.at("10:01:00", step=50)


async def can_be_rewound(gallery: Gallery) -> None:
    """On air for two minutes, with a DVR to cut clips out of."""
    await gallery.planned()
    await gallery.type(f"/live stream edit gcore:{gallery.stream} dvr_enabled=yes")
    await gallery.at("9:29:50", step=300)
    await gallery.at("9:58:30", step=120)
    gallery.connect()
    await gallery.at("9:58:50")
    await gallery.at("10:00:10", step=2)
    await gallery.at("10:02", step=20)


async def cut_it(stage: Stage) -> None:
    """Ben wants half a minute of what was shown."""
    gallery = stage.gallery

    async def attempt() -> bool:
        return not (await gallery.slack.command(gallery.ben, gallery.channel, "/live clip 10:00:30-10:01:00 Goal")).error

    await insist(stage, gallery.ben, attempt, lambda: gallery.count("clip created"))


async def send_it_on(stage: Stage) -> None:
    """Ana adds a target while the show is on air, which makes it and switches it on; then Ben switches it off again."""
    gallery = stage.gallery
    target = {"title": "YouTube", "url": "rtmp://a.rtmp.youtube.com/live2", "key": "canary-9x7q-4711"}

    async def off() -> bool:
        return not (await gallery.slack.command(gallery.ben, gallery.channel, "/live restream off youtube")).error

    await insist(
        stage,
        gallery.ana,
        lambda: fill_in(stage, gallery.ana, "/live restream add", target),
        lambda: gallery.count("restream enabled"),
    )
    await stage.until(lambda: "YouTube asked on" in gallery.card_text or "YouTube arriving" in gallery.card_text, PATIENCE)
    await insist(stage, gallery.ben, off, lambda: gallery.count("restream disabled"))


PLAN = Scene(
    "plan",
    begin_at_once,
    plan_it,
    lambda gallery: done(gallery, "Preparing the show"),
    {"stream created": 1, "broadcast created": 1, "enabled": 0},
    ("*PLANNED — Sunday Service*", "*Preparing the show*"),
)

GO_LIVE = Scene(
    "go-live",
    lambda gallery: gallery.ready(),
    go_by_the_clock,
    lambda gallery: gallery.posted("ON AIR") and done(gallery, "Going live"),
    {"enabled": 1, "disabled": 0, "recording started": 1, "recording stopped": 0, "broadcast live": 1},
    ("*Started*: the encoder's signal", "*Recording started*", ":red_circle: *ON AIR"),
)

SCENES: tuple[Scene, ...] = (
    PLAN,
    GO_LIVE,
    Scene(
        "finish",
        running,
        finish_by_hand,
        lambda gallery: done(gallery, "Finishing") and gallery.said("*Ended*"),
        {"enabled": 1, "disabled": 1, "recording started": 1, "recording stopped": 1, "broadcast finished": 1, "video created": 1},
        (":red_circle: *ON AIR", ":black_circle: *OFF AIR", "*Ended*"),
    ),
    Scene(
        "move",
        lambda gallery: gallery.opened(),
        move_it,
        lambda gallery: done(gallery, "Turning the stream off"),
        {"enabled": 1, "disabled": 1, "broadcast created": 1, "broadcast live": 0},
        ("*Opening*", "*Turning the stream off*"),
    ),
    Scene(
        "cancel",
        lambda gallery: gallery.opened(),
        cancel_it,
        lambda gallery: done(gallery, "Cancelling"),
        {"enabled": 1, "disabled": 1, "broadcast deleted": 1, "stream deleted": 0},
        ("*Opening*", "*Cancelling*"),
    ),
    Scene(
        "webhooks",
        running,
        webhooks_burst,
        lambda gallery: "backup none" in gallery.card_text and len(backup_lines(gallery)) % 2 == 0,
        {"enabled": 1, "disabled": 0, "recording started": 1, "recording stopped": 0, "broadcast live": 1},
        ("*Recording started*", ":red_circle: *ON AIR"),
        backup_comes_and_goes,
        lasts=1.0,
    ),
    Scene(
        "clip",
        can_be_rewound,
        cut_it,
        lambda gallery: gallery.said("c1 “Goal” 10:00:30–10:01:00 (30 s): Watch it"),
        {"enabled": 1, "recording started": 1, "broadcast live": 1, "clip created": 1},
        (":red_circle: *ON AIR", "(30 s): Watch it"),
        stride=60,
    ),
    Scene(
        "restream",
        running,
        send_it_on,
        lambda gallery: "Restream: YouTube off 10:0" in gallery.card_text,
        {"broadcast live": 1, "restream created": 1, "restream enabled": 1, "restream disabled": 1, "restream deleted": 0},
        (":red_circle: *ON AIR",),
        stride=60,
    ),
)

WHOLE = Scene(
    "whole show",
    lambda gallery: gallery.ready(),
    whole_show,
    lambda gallery: done(gallery, "Finishing") and gallery.said("*Ended*"),
    {
        "enabled": 1,
        "disabled": 1,
        "recording started": 1,
        "recording stopped": 1,
        "broadcast live": 1,
        "broadcast finished": 1,
        "video created": 1,
    },
    ("*Started*: the encoder's signal", "*Recording started*", ":red_circle: *ON AIR", ":black_circle: *OFF AIR", "*Ended*"),
)
