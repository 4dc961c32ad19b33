"""An outsider who tries everything on another, private crew's show: types every command, presses every button, sends every form.

What they are shown is searched for canaries of that crew, and what the provider and the store have of it is compared before and
after. With a rule that always allows, the same attempts must find canaries and change something: that is the control.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import httpx

import commands
from bot.clock import Clock
from bot.model import Show
from bot.sandbox.cloud import Cloud
from bot.sandbox.gcore import GcoreCloud
from bot.sandbox.played import play
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import Channel, Delivery, User
from bot.show.access import Asker, Rule, Thing, Verb, may
from bot.slack.controls import facts
from tests.studio import Studio

MORNING = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
"""09:00 in Berlin."""

CANARY = "zq7canary"
"""A word in every title of the crew; nobody else ever types it."""


def allow_everything(_asker: Asker, _verb: Verb, _thing: Thing) -> None:
    """The control's rule."""
    return


class Crew(Studio):
    """Ana and Ben in the private channel #crew, Eve in the public #lobby, to which news of unplanned streams go; Olga operates."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.ana = self.slack.add_user("ana", tz="Europe/Berlin")
        self.ben = self.slack.add_user("ben", tz="Europe/Berlin")
        self.eve = self.slack.add_user("eve", tz="Europe/Berlin")
        self.gus = self.slack.add_user("gus", guest=True)
        self.olga = self.slack.add_user("olga")
        self.channel = self.slack.add_channel("crew", members=[self.ana, self.ben], private=True)
        self.lobby = self.slack.add_channel("lobby", members=[self.eve, self.gus, self.ben])
        rehearsal._env |= {"OPERATORS": self.olga.id, "DEFAULT_CHANNEL": self.lobby.id}

    async def portal_stream(self, name: str) -> int:
        """A stream that is made at the provider, without the bot; its number."""
        headers = {"Authorization": f"APIKey {self.cloud.token}"}
        async with httpx.AsyncClient(base_url=self.cloud.base_url, headers=headers) as portal:
            return int((await portal.post("/streaming/streams", json={"name": name})).raise_for_status().json()["id"])


@dataclass
class BreakIn:
    """What there is to attack, and what came of it."""

    crew: Crew
    who: User
    place: Channel
    provider: str = "gcore"
    stream: str = ""
    video: str = ""
    own: str = ""
    """The handle of a show that the attacker planned rightfully."""
    secrets: tuple[str, ...] = ()
    heard: dict[str, str] = field(default_factory=dict)
    """By attempt, everything that the attacker was shown after it."""

    @property
    def key(self) -> str:
        """The stream as buttons carry it."""
        return f"{self.provider}:{self.stream}"

    @property
    def video_key(self) -> str:
        """The video as buttons carry it."""
        return f"{self.provider}:{self.video}"

    @property
    def leaks(self) -> list[str]:
        """The attempts that showed something of the crew's."""
        return [f"{attempt}: {secret}" for attempt, text in self.heard.items() for secret in self.secrets if secret in text]


@asynccontextmanager
async def on_air(folder: Path, rule: Rule = may, provider: str = "gcore") -> AsyncIterator[Crew]:
    """The crew's show s1 is on air, with a target, a recording, a clip and a mark; s2 is ahead; Eve has planned s3 in the lobby.

    At other providers than Gcore its encoder pushes, with what can be had of these there.
    """
    clouds = partial(_only, provider)
    rehearsal = Rehearsal(folder, commands.load(), start=MORNING, settle=0.3, clouds=clouds, rule=rule)
    crew = Crew(rehearsal)
    await rehearsal.open()
    try:
        await rehearsal.settle()
        await (_bring_on_air(crew) if provider == "gcore" else _push(crew))
        yield crew
    finally:
        await rehearsal.close()


async def _bring_on_air(crew: Crew) -> None:
    show = await crew.plan(f"Kestrel {CANARY} 09:05-09:45")
    await crew.type("/live restream add s1")
    await crew.submit(title=f"Puffin {CANARY}", url=f"rtmp://{CANARY}.example/app", key=f"{CANARY}-push-key")
    await crew.passes(8, step=4)
    assert crew.cloud.connect_encoder(int(show.stream))
    await crew.at("09:03:50", step=23)
    await crew.at("09:05:10", step=2)
    await crew.type(f"/live mark s1 Goal {CANARY}")
    await crew.at("09:07", step=10)
    await crew.type(f"/live clip s1 last 30s Goal {CANARY}")
    await crew.type("/live record stop s1")
    await crew.submit()
    await crew.passes(60, step=10)
    await crew.plan(f"Nightjar {CANARY} 11:00-11:30")
    await crew.rehearsal.command(crew.eve, crew.lobby, "/live plan Own Show 12:00-12:30")
    await crew.submit(crew.eve)


def _only(provider: str, clock: Clock) -> Sequence[Cloud]:
    return (play(provider, clock),)


async def _push(crew: Crew) -> None:
    """At any provider: the encoder pushes, and as much as can be is asked for."""
    show = await crew.plan(f"Kestrel {CANARY} 09:05-09:45")
    await crew.type("/live restream add s1")
    if crew.slack.modals(crew.ana):
        await crew.submit(title=f"Puffin {CANARY}", url=f"rtmp://{CANARY}.example/app", key=f"{CANARY}-push-key")
    address = (await crew.rehearsal.bot.providers[show.provider].ingest((await crew.show("s1")).stream))[0]
    key = f"/{address.key.get_secret_value()}" if address.key is not None else ""
    (cloud,) = crew.rehearsal.clouds
    await crew.at("09:04", step=30)
    assert cloud.push_to(f"{address.url.get_secret_value().rstrip('/')}{key}")
    await crew.at("09:07", step=5)
    await crew.type(f"/live mark s1 Goal {CANARY}")
    await crew.plan(f"Nightjar {CANARY} 11:00-11:30")
    await crew.rehearsal.command(crew.eve, crew.lobby, "/live plan Own Show 12:00-12:30")
    await crew.submit(crew.eve)


async def begun(crew: Crew, who: User) -> BreakIn:
    """The attack of one person, with everything that must not be shown to them."""
    store = crew.rehearsal.bot.store
    show = await crew.show("s1")
    videos = await store.videos(show="s1")
    addresses = await crew.rehearsal.bot.providers[show.provider].ingest(show.stream)
    keys = [each.key or each.url for each in addresses]
    links = [show.viewer_link, *(video.link for video in videos)]
    secrets = tuple(filter(None, [CANARY, *(key.get_secret_value() for key in keys), *links]))
    return BreakIn(crew, who, crew.lobby, show.provider, show.stream, videos[0].id if videos else "1", "s3", secrets)


# -- what there is afterwards
async def state_of(crew: Crew, handles: Sequence[str] = ("s1", "s2")) -> str:
    """Everything that the provider and the store have of the crew's shows, as text."""
    store = crew.rehearsal.bot.store
    shows = [await crew.show(handle) for handle in handles]
    (cloud,) = crew.rehearsal.clouds
    there = _at_gcore(cloud, shows) if isinstance(cloud, GcoreCloud) else _effects(cloud, shows)
    there += [await store.grants(show.key) for show in shows if show.key]
    for handle in handles:
        there.append(await store.show(handle))
        there.append(sorted(map(str, await store.operations(show=handle, unfinished=False, limit=1000))))
        there += [await store.restreams(handle), await store.clips(handle), await store.markers(handle)]
        there += [await store.as_run(handle), await store.videos(show=handle)]
    there.append([message.text for message in crew.slack.channel(crew.channel).messages])
    return "\n".join(map(str, there))


def _at_gcore(cloud: GcoreCloud, shows: Sequence[Show]) -> list[object]:
    account, streams = cloud._account, {int(show.stream) for show in shows}
    there: list[object] = [account.streams.get(stream) for stream in sorted(streams)]
    there += [page for page in account.broadcasts.values() if streams & set(page.stream_ids)]
    there += [target for target in account.restreams.values() if target.stream_id in streams]
    there += [video for video in account.videos.values() if video.stream_id in streams]
    return there


def _effects(cloud: Cloud, shows: Sequence[Show]) -> list[object]:
    """What was done to the shows' streams and pages."""
    ids = {identity for show in shows for identity in (show.stream, show.page) if identity}
    return [(effect.kind, effect.id) for effect in cloud.ledger if str(effect.id) in ids]


# -- attempts
WORDS: Sequence[str] = (
    "",
    "s1",
    "s2",
    "kestrel",
    "{stream}",
    "{key}",
    "r1",
    "s1 anyway",
    "s1 now",
    "s1 share",
    "s1 in 5m",
    "s1 12:00",
    "s1 list",
    "start s1",
    "stop s1",
    "status s1",
    "create s1",
    "edit s1",
    "delete s1",
    "copy s1",
    "copy s1 to {own}",
    "copy {own} to s1",
    "add s1",
    "on r1",
    "off r1",
    "remove r1",
    "list",
    "list s1",
    "list kestrel",
    "info {video}",
    "info {vkey}",
    "info kestrel",
    "rename {video} Mine",
    "delete {video}",
    "key {stream}",
    "key s1",
    "key kestrel",
    "key rotate {stream}",
    "rotate s1",
    "edit {stream} name=Mine",
    "edit {key} name=Mine",
    "enable {stream}",
    "disable {stream}",
    "delete {key}",
    "Mine 13:00-13:30 on {stream}",
    "Mine 13:00-13:30 on kestrel",
    "Mine 13:00-13:30 on s1",
    "today",
    "week",
    "past",
    "mine",
)
"""What is typed behind every command: each fits one of them, and is a mistake for the others."""

SUFFIXED: Mapping[str, str] = {
    "extend": "extend:15",
    "question": "question:go",
    "stream-off": "stream-off:0",
    "video-info": "video-info:0",
    "answer": "answer:1",
}
"""How buttons are called that several of a kind share."""

ANSWERS = (
    *("status s1", "go s1 anyway", "pause", "pause s1", "finish s1 now", "stream key s1"),
    *("restream off r1", "link s1 share", "hold"),
)
"""What the answer to a question could be made to type."""


def filled(words: str, about: BreakIn) -> str:
    """The words with the ids of what is attacked."""
    return words.format(stream=about.stream, key=about.key, video=about.video, vkey=about.video_key, own=about.own)


async def typing(about: BreakIn, every: int = 1) -> None:
    """Every command with every kind of words, as a command and as a mention, and as a dry run."""
    lines = [f"{verb} {words}".strip() for verb in commands.load().commands for words in WORDS]
    for number, line in enumerate(lines):
        if number % every:
            continue
        text = filled(line, about)
        how = number // every % 3
        if how == 2:
            await about.crew.slack.mention(about.who, about.place, text)
        else:
            delivery = await about.crew.slack.command(about.who, about.place, f"/live {text}{' dry' if how else ''}".rstrip())
            _note(about, text, delivery)
        await _heard(about, f"{text} ({('typed', 'dry', 'mentioned')[how]})")
        await _submit_what_opened(about, text)


async def heard_by(about: BreakIn, line: str) -> None:
    """Type this line; what comes of it is in `heard` under it."""
    _note(about, line, await about.crew.slack.command(about.who, about.place, line))
    await _heard(about, line)
    about.crew.slack.workspace.screens.clear(about.who.id)


async def pressing(about: BreakIn, every: int = 1) -> None:
    """Every button, carrying what the crew's own carry, or a mixture with things of the attacker's own."""
    show = await about.crew.show("s1")
    registry = commands.load().buttons
    carried: list[dict[str, Any]] = [
        {"s": "s1", "k": about.key, "v": about.video_key, "t": "r1", "n": 1, "from": "s1"},
        {"s": about.own, "k": about.key, "v": about.video_key, "t": "r1", "n": 1, "from": "s1"},
    ]
    presses = [(action, dict(value)) for action in registry for value in carried]
    presses += [("answer", {"t": text}) for text in ANSWERS]
    for number, (action, value) in enumerate(presses):
        if number % every:
            continue
        called = SUFFIXED.get(action, action)
        value |= {**facts(called, show), "c": about.place.id, "u": about.who.id}
        if action == "clip-form" or value.get("s") == about.own:
            value.pop("state", None)
        await press(about, called, value)


async def press(about: BreakIn, action: str, value: Mapping[str, Any]) -> None:
    """Press a button that carries what the attacker likes."""
    element = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": "Press"},
        "value": json.dumps(value),
    }
    block = {"type": "actions", "block_id": "forged", "elements": [element]}
    workspace = about.crew.slack.workspace
    message = workspace.post(about.place, workspace.bot.id, "forged", blocks=[block], by_app=True, silent=True)
    delivery = await about.crew.slack.press(about.who, message, action)
    what = f"press {action} {json.dumps(value)}"
    _note(about, what, delivery)
    await _heard(about, what)
    await _submit_what_opened(about, what)


FIELDS: Mapping[str, str] = {
    "title": "Mine",
    "day": "2026-11-22",
    "start": "13:00",
    "end": "13:30",
    "zone": "Europe/Berlin",
    "name": "Mine",
    "reason": "",
    "from": "09:05:20",
    "to": "09:05:50",
    "text": "Mine",
    "url": "rtmp://mine.example/app",
    "key": "mine",
    "pending_message": "Mine",
}
"""What is typed into a forged form; it has an input for each."""


async def sending(about: BreakIn, every: int = 1) -> None:
    """Every form with another show, stream, video and channel in its metadata and inputs than it was ever opened for."""
    for number, (callback, verb, place) in enumerate(_forms(about)):
        if number % every and callback != "plan":
            continue
        metadata = {
            **{"s": "s1", "k": about.key, "v": verb or about.video_key, "t": "r1", "n": 1, "now": True},
            **{"c": place.id, "p": about.provider, "was": {}},
        }
        await send(about, callback, metadata, {**FIELDS, "stream": about.key, "video": about.video_key})
        if callback == "plan" and place is not about.place:
            await send(about, callback, metadata, FIELDS)  # a show of the attacker's own, in the crew's channel


def _forms(about: BreakIn) -> Iterator[tuple[str, str, Channel]]:
    """The forms, each as opened in the attacker's channel and in the crew's, but for the one for a stream of one's own."""
    picks = {
        "stream-pick": [f"stream {verb}" for verb in ("edit", "key", "key rotate", "enable", "disable", "delete")],
        "video-pick": ["info", "rename", "delete"],
    }
    for callback in sorted(commands.load().forms.keys() - {"stream-create"}):
        for verb in picks.get(callback, [""]):
            yield from ((callback, verb, place) for place in (about.place, about.crew.channel))


async def send(about: BreakIn, callback: str, metadata: Mapping[str, Any], values: Mapping[str, str]) -> None:
    """Send a form whose metadata and inputs say what the attacker likes."""
    body = {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps(metadata),
        "title": {"type": "plain_text", "text": "Forged"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [_input(name) for name in values],
    }
    slack = about.crew.slack
    view = slack.workspace.screens.open(about.who.id, body, about.place.id)
    what = f"send {callback} {json.dumps(metadata)}"
    _note(about, what, await slack.submit(about.who, view, {name: text for name, text in values.items() if text}))
    await _heard(about, what)
    await _submit_what_opened(about, what)


def _input(name: str) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": {"type": "plain_text", "text": name},
        "element": {"type": "plain_text_input", "action_id": name},
    }


async def looking(about: BreakIn, every: int = 1) -> None:  # there are few of them
    """The home tab, the panel, and what pickers offer."""
    slack = about.crew.slack
    await slack.open_home(about.who)
    await about.crew.settle()
    home = slack.home(about.who)
    about.heard["home"] = json.dumps(home.body if home else {})
    for picker in commands.load().pickers:
        element = {"type": "external_select", "action_id": picker, "min_query_length": 0}
        block = {"type": "input", "block_id": picker, "label": {"type": "plain_text", "text": picker}, "element": element}
        body = {"type": "modal", "callback_id": "forged", "title": {"type": "plain_text", "text": "Forged"}, "blocks": [block]}
        body["submit"] = {"type": "plain_text", "text": "Send"}
        view = slack.workspace.screens.open(about.who.id, body, about.place.id)
        for typed in ("", "kes", about.stream, about.video):
            delivery = await slack.options(about.who, view, picker, typed)
            _note(about, f"options {picker} {typed!r}", delivery)
    slack.workspace.screens.clear(about.who.id)


def _note(about: BreakIn, what: str, delivery: Delivery) -> None:
    """What went with the acknowledgement: errors of a form, options, an answer at once."""
    about.heard[f"{what} (acknowledged)"] = f"{json.dumps(delivery.ack_payload)} {json.dumps(delivery.options or [])}"


async def _submit_what_opened(about: BreakIn, what: str) -> None:
    """A form that opened is sent as it is; what comes of that is heard as well."""
    slack = about.crew.slack
    for view in slack.modals(about.who)[-1:]:
        if view.body.get("submit") and view.callback_id not in ("plan", "stream-create"):
            try:
                delivery = await slack.submit(about.who, view, {})
            except Exception as refused:  # an input that has to be filled: Slack itself does not let it go
                about.heard[f"{what} (not sent)"] = str(refused)
            else:
                _note(about, f"{what} (sent)", delivery)
            await _heard(about, f"{what} (sent)")
    slack.workspace.screens.clear(about.who.id)


async def _heard(about: BreakIn, what: str) -> None:
    """Everything on the attacker's screens now, and what the lobby reads."""
    await about.crew.settle()
    slack, who = about.crew.slack, about.who
    told = chain(
        slack.ephemerals(who), slack.dms(who), (one for one in slack.channel(about.place).messages if one.text != "forged")
    )
    texts = [f"{message.text} {json.dumps(message.blocks)}" for message in told]
    texts += [json.dumps(view.body) for view in slack.modals(who)]
    about.heard[what] = "\n".join(texts)
    slack.workspace.ephemerals = [message for message in slack.workspace.ephemerals if message.ephemeral_to != who.id]
    for place in (about.place, slack.dm(who)):
        place.posted.clear()


async def everything(about: BreakIn, every: int = 1) -> None:
    """All of it; `every` so many attempts of each kind."""
    await looking(about)
    await typing(about, every)
    await pressing(about, every)
    await sending(about, every)
