"""Who people are, asked of the played Slack: what is kept, what is read again, and what counts while Slack does not answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.model import Person, Standing
from bot.sandbox.faults import Fault
from bot.sandbox.slack import SlackEmulator
from bot.slack import channels, directory_sync
from bot.slack.directory import Directory
from bot.slack.directory_sync import DirectorySync, SyncPace
from bot.slack.manifest import build
from bot.slack.permissions import Permissions
from bot.slack.transport import Identity
from bot.store import open_store
from bot.store.base import Store


async def until(condition: Callable[[], bool]) -> None:
    """Return when it holds; TimeoutError after ten real seconds."""
    async with asyncio.timeout(10):
        held = condition()
        while not held:
            await asyncio.sleep(0.001)
            held = condition()


@dataclass
class Pauses:
    """Real time as the sync waits for it: written down, and over only when the test says so."""

    asked: list[float] = field(default_factory=list)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def sleep(self, seconds: float) -> None:
        """Wait until the test ends all the pauses there are."""
        self.asked.append(seconds)
        await self._over.wait()

    def end(self) -> None:
        """All that was asked for has passed."""
        self._over.set()
        self._over = asyncio.Event()


@dataclass
class Desk:
    """A directory at the played Slack."""

    slack: SlackEmulator
    store: Store
    client: AsyncWebClient
    pauses: Pauses = field(default_factory=Pauses)
    syncs: list[DirectorySync] = field(default_factory=list)

    def directory(self, *operators: str, admins: tuple[str, ...] = (), known: bool = True) -> Directory:
        """A directory of a process that has just begun; `known`: Slack has answered auth.test."""
        identity = Identity(self.slack.bot_user_id, "B1", self.slack.team_id) if known else None
        return Directory(self.store, self.client, operators, admins, lambda: identity)

    async def sync(self, directory: Directory) -> DirectorySync:
        """Let it read in the background, until it has nothing to do but to wait."""
        sync = DirectorySync(directory, self.client, SyncPace(backoff=2.0), self.pauses.sleep)
        self.syncs.append(sync)
        await sync.start()
        await self.rest(sync)
        return sync

    async def rest(self, sync: DirectorySync) -> None:
        """Return when it only waits."""
        await until(lambda: not sync.busy)

    async def pass_time(self, sync: DirectorySync) -> None:
        """All pauses end, and it does what comes then."""
        before = len(self.pauses.asked)
        self.pauses.end()
        await until(lambda: len(self.pauses.asked) > before)
        await self.rest(sync)

    def calls(self, method: str) -> int:
        """How often Slack was asked that."""
        return sum(call.method == method for call in self.slack.calls)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with SlackEmulator(build(commands_hint="help"), rate_limits=False) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[], timeout=5)
        store = await open_store(f"sqlite:///{tmp_path / 'showcaller.db'}", clock=Clock())
        made = Desk(slack, store, client)
        yield made
        for sync in made.syncs:
            await sync.stop()
        await store.close()


# -- people
async def test_a_member_of_a_connected_organisation_is_no_colleague_although_slack_calls_nobody_a_stranger(desk: Desk) -> None:
    sven = desk.slack.add_user("sven", stranger=True, admin=True)
    desk.slack.add_channel("shared", members=[sven])
    assert "is_stranger" not in (await desk.client.users_info(user=sven.id))["user"]
    directory = desk.directory()
    assert directory.standing(await directory.person(sven.id)) is Standing.EXTERNAL
    assert not directory.is_operator(sven.id)


async def test_on_grid_people_of_the_same_organisation_are_colleagues_and_those_of_another_are_not(desk: Desk) -> None:
    desk.slack.workspace.enterprise = "E07GRID001"
    wanda = desk.slack.add_user("wanda", team="T07NEXT001", enterprise="E07GRID001", teams=("T07NEXT001",), admin=True)
    nameless = desk.slack.add_user("nele", team="", enterprise="E07GRID001", teams=(desk.slack.team_id,), admin=True)
    wim = desk.slack.add_user("wim", team="T07FOREIGN", enterprise="E07OTHER01", teams=("T07FOREIGN",))
    me = await desk.client.auth_test()
    identity = Identity(me["user_id"], me["bot_id"], me["team_id"], me["enterprise_id"])
    directory = Directory(desk.store, desk.client, (), (), lambda: identity)
    assert wanda.id.startswith("W")
    standings = [directory.standing(await directory.person(user.id)) for user in (wanda, nameless, wim)]
    assert standings == [Standing.COLLEAGUE, Standing.COLLEAGUE, Standing.EXTERNAL]
    assert [directory.is_operator(user.id) for user in (wanda, nameless, wim)] == [False, True, False]


async def test_deactivated_people_and_bots_have_no_rights_even_where_a_setting_names_them(desk: Desk) -> None:
    olga = desk.slack.add_user("olga", admin=True)
    robot = desk.slack.workspace.add_user("robot", tz="UTC", bot=True, admin=True)
    directory = desk.directory(olga.id, robot.id, "USLACKBOT", desk.slack.bot_user_id)
    await desk.sync(directory)
    assert directory.is_operator(olga.id)
    desk.slack.change_user(olga, deactivated=True)
    await directory.changed((await desk.client.users_info(user=olga.id))["user"])
    assert not any(directory.is_operator(user) for user in (olga.id, robot.id, "USLACKBOT", desk.slack.bot_user_id))


async def test_what_slack_says_at_once_is_not_undone_by_an_older_page(desk: Desk) -> None:
    directory = desk.directory()
    before = Person("U1", "Ana", seen_at=datetime.now(UTC), team=desk.slack.team_id, admin=True, updated=100)
    await directory.remember(Person("U1", "Ana", seen_at=datetime.now(UTC), team=desk.slack.team_id, deactivated=True, updated=200))
    await directory.remember(before)
    assert directory.standing(await directory.person("U1")) is Standing.DEACTIVATED
    await directory.changed({"id": "U1", "team_id": desk.slack.team_id})  # an event without `updated` is news
    assert directory.standing(await directory.person("U1")) is Standing.COLLEAGUE


async def test_a_process_that_begins_reads_people_again_and_believes_its_store_only_while_slack_is_silent(desk: Desk) -> None:
    ana = desk.slack.add_user("ana", admin=True)
    assert (await desk.directory().person(ana.id)).admin
    desk.slack.change_user(ana, silent=True, deactivated=True)
    again = desk.directory()
    assert again.standing(await again.person(ana.id)) is Standing.DEACTIVATED

    ben = desk.slack.add_user("ben")
    await desk.directory().person(ben.id)
    desk.slack.faults.add(Fault(path="*users.info", status=503))
    silent = desk.directory()
    assert silent.standing(await silent.person(ben.id)) is Standing.COLLEAGUE
    assert silent.standing(await silent.person("U404")) is Standing.UNKNOWN


async def test_the_brake_does_not_wait_for_slack_to_describe_somebody_known(desk: Desk) -> None:
    ana = desk.slack.add_user("ana")
    await desk.directory().person(ana.id)
    desk.slack.faults.add(Fault(path="*users.info", delay=30))
    directory = desk.directory()
    async with asyncio.timeout(5):
        assert directory.standing(await directory.person(ana.id, hurry=True)) is Standing.COLLEAGUE
    desk.slack.faults.clear()


async def test_a_flood_of_presses_by_one_person_asks_slack_once_and_a_429_is_kept(desk: Desk) -> None:
    ana = desk.slack.add_user("ana")
    directory = desk.directory()
    people = await asyncio.gather(*(directory.person(ana.id) for _ in range(50)))
    assert {person.name for person in people} == {"ana"}
    assert desk.calls("users.info") == 1
    desk.slack.fail("users.info", "ratelimited", retry_after=60)
    assert (await directory.person("U404")).seen_at is None
    assert (await directory.person("U405")).seen_at is None
    assert desk.calls("users.info") == 2


async def test_the_apps_own_workspace_is_known_after_a_restart_at_which_slack_does_not_say_it(desk: Desk) -> None:
    ana = desk.slack.add_user("ana")
    await desk.sync(desk.directory())
    later = desk.directory(known=False)
    assert later.standing(await later.person(ana.id)) is Standing.UNKNOWN
    await desk.sync(later)
    assert later.standing(await later.person(ana.id)) is Standing.COLLEAGUE
    other_token = Directory(desk.store, AsyncWebClient("xoxb-another", base_url=desk.slack.api_url), (), ())
    await other_token.recall_home()
    assert other_token.home is None


# -- operators
async def test_without_operators_the_admins_and_owners_of_the_workspace_are_operators_before_everybody_was_read(desk: Desk) -> None:
    people = [
        desk.slack.add_user("adam", admin=True),
        desk.slack.add_user("otto", owner=True),
        desk.slack.add_user("pia", owner=True, primary_owner=True),
    ]
    ana, gus = desk.slack.add_user("ana"), desk.slack.add_user("gus", guest=True, admin=True)
    desk.slack.fail("users.list", "ratelimited", retry_after=30, times=1000)
    directory = desk.directory()
    await desk.sync(directory)
    for user in (*people, ana, gus):
        await directory.person(user.id)
    assert [directory.is_operator(user.id) for user in (*people, ana, gus)] == [True, True, True, False, False]
    assert [directory.is_admin(user.id) for user in (*people, ana)] == [True, True, True, False]
    named = desk.directory(ana.id)
    for user in (*people, ana):
        await named.person(user.id)
    assert [named.is_operator(user.id) for user in (*people, ana)] == [False, False, False, True]


async def test_the_log_says_who_operates_once_it_is_known(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger=directory_sync.__name__)
    olga = desk.slack.add_user("olga", admin=True)
    desk.slack.fail("users.list", "ratelimited", retry_after=30)
    sync = await desk.sync(desk.directory())
    assert not [line for line in caplog.messages if line.startswith("operators")]
    await desk.pass_time(sync)
    assert [line for line in caplog.messages if line.startswith("operators")] == [
        f"operators: 1 (admins and owners here, as OPERATORS is not set): {olga.id}"
    ]


async def test_the_log_names_what_in_operators_gives_nobody_a_right(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger=directory_sync.__name__)
    olga, gone = desk.slack.add_user("olga"), desk.slack.add_user("gone", deactivated=True)
    crew = desk.slack.add_usergroup("crew", [])
    desk.slack.fail("usergroups.users.list", "ratelimited", retry_after=30)
    sync = await desk.sync(desk.directory(olga.id, gone.id, "U404", crew.id))
    assert caplog.messages[-1] == (
        f"operators: 1 (named in OPERATORS): {olga.id}; {gone.id} counts as nobody (deactivated); U404 counts as nobody (unknown); "
        f"the user group {crew.id} is not read yet: its members are not operators"
    )
    await desk.pass_time(sync)
    assert "is not read yet" not in caplog.messages[-1]


# -- groups, and everybody
async def test_groups_are_read_first_and_whatever_becomes_of_users_list(desk: Desk) -> None:
    olga = desk.slack.add_user("olga")
    crew = desk.slack.add_usergroup("crew", [olga])
    desk.slack.fail("users.list", "ratelimited", retry_after=30, times=1000)
    directory = desk.directory(crew.id)
    await desk.sync(directory)
    assert directory.is_operator(olga.id)
    asked = [call.method for call in desk.slack.calls]
    assert asked.index("usergroups.users.list") < asked.index("users.list")


async def test_a_group_that_slack_refuses_is_asked_for_again_and_nobody_is_an_operator_by_it_until_then(desk: Desk) -> None:
    olga = desk.slack.add_user("olga")
    crew = desk.slack.add_usergroup("crew", [olga])
    desk.slack.fail("usergroups.users.list", "ratelimited", retry_after=30)
    directory = desk.directory(crew.id)
    sync = await desk.sync(directory)
    assert not directory.is_operator(olga.id)
    assert directory.unread_groups == {crew.id}
    assert 30.0 in desk.pauses.asked
    await desk.pass_time(sync)
    assert directory.is_operator(olga.id)
    assert not directory.unread_groups


async def test_a_group_that_was_read_stays_known_while_slack_is_silent_and_is_read_again_every_few_minutes(desk: Desk) -> None:
    olga, ben = desk.slack.add_user("olga"), desk.slack.add_user("ben")
    crew = desk.slack.add_usergroup("crew", [olga])
    directory = desk.directory(crew.id)
    sync = await desk.sync(directory)
    assert 600.0 in desk.pauses.asked
    desk.slack.fail("usergroups.users.list", "fatal_error")
    await desk.pass_time(sync)
    assert directory.is_operator(olga.id)
    desk.slack.set_usergroup(crew, [ben])  # nobody hears of it: the manifest's events go nowhere here
    await desk.pass_time(sync)
    assert [directory.is_operator(user.id) for user in (olga, ben)] == [False, True]


@pytest.mark.parametrize("error", ["fatal_error", "plan_upgrade_required", "no_such_subteam", "missing_scope"])
async def test_any_refusal_of_a_group_is_tried_again_ever_less_often(desk: Desk, error: str) -> None:
    crew = desk.slack.add_usergroup("crew", [])
    desk.slack.fail("usergroups.users.list", error, times=12)
    directory = desk.directory(crew.id)
    sync = await desk.sync(directory)
    for _ in range(11):
        await desk.pass_time(sync)
    assert directory.unread_groups
    waits = [pause for pause in desk.pauses.asked if pause < 600.0]
    assert waits[0] <= 2.5
    assert max(waits) <= 300.0
    assert waits[-1] > 200.0
    await desk.pass_time(sync)
    assert not directory.unread_groups


async def test_a_page_that_is_refused_loses_none_of_the_pages_before_and_is_asked_for_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_sync, "PAGE", 3)
    people = [desk.slack.add_user(f"p{number}") for number in range(8)]
    directory = desk.directory()
    sync = DirectorySync(directory, desk.client, SyncPace(), desk.pauses.sleep)
    desk.syncs.append(sync)
    desk.slack.fail("users.list", "ratelimited", retry_after=17, after=2)
    await sync.start()
    await desk.rest(sync)
    assert desk.pauses.asked == [17.0]
    assert [await desk.store.person(user.id) is not None for user in people] == [True] * 5 + [False] * 3
    await desk.pass_time(sync)
    assert all([await desk.store.person(user.id) is not None for user in people])
    cursors = [call.args.get("cursor") for call in desk.slack.calls if call.method == "users.list"]
    assert len(cursors) == 4
    assert cursors[2] == cursors[3]
    assert len(set(cursors)) == 3


@pytest.mark.parametrize(("said", "believed"), [("0", 1.0), ("soon", 1.0), ("", 1.0), ("1e9", 600.0), ("-5", 1.0), ("nan", 600.0)])
async def test_a_retry_after_of_any_kind_is_a_wait_with_an_end(desk: Desk, said: str, believed: float) -> None:
    desk.slack.faults.add(Fault(path="/api/users.list", status=429, headers={"Retry-After": said}))
    await desk.sync(desk.directory())
    assert believed <= desk.pauses.asked[0] <= max(believed, 2.5)


# -- channels
async def test_somebody_who_leaves_while_the_members_are_read_is_not_in_the_channel(desk: Desk) -> None:
    ana, ben = desk.slack.add_user("ana"), desk.slack.add_user("ben")
    channel = desk.slack.add_channel("studio", members=[ana, ben])
    directory, sent = desk.directory(), asyncio.Event()
    desk.slack.faults.add(Fault(path="*conversations.members", answer_held_until=sent))
    reading = asyncio.create_task(directory.members(channel.id))
    await until(lambda: desk.calls("conversations.members") == 1)
    channel.members.remove(ana.id)
    directory.left(channel.id, ana.id)
    sent.set()
    found = await reading
    assert found is not None
    assert ana.id not in found
    assert ben.id in found
    assert directory.remembered(channel.id) == found
    assert desk.calls("conversations.members") == 2


@pytest.mark.parametrize("heard", ["joined", "left", "changed", "moved"])
async def test_a_list_of_members_that_is_outdated_each_time_it_is_read_counts_for_nothing(
    desk: Desk, heard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = desk.slack.add_user("ana")
    channel = desk.slack.add_channel("studio", members=[ana])
    directory = desk.directory()
    read = directory._read_members

    async def read_meanwhile(asked: str) -> frozenset[str]:
        found = await read(asked)
        match heard:
            case "joined":
                directory.joined(channel.id, "U2")
            case "left":
                directory.left(channel.id, ana.id)
            case "changed":
                directory.forget_members(channel.id)
            case _:
                directory.channel_moved("C0EARLIER", channel.id)
        return found

    monkeypatch.setattr(directory, "_read_members", read_meanwhile)
    assert await directory.members(channel.id) is None
    assert desk.calls("conversations.members") == 3
    monkeypatch.undo()
    found = await directory.members(channel.id)
    assert found is not None
    assert ana.id in found


async def test_a_channel_that_moves_while_its_members_are_read_is_read_under_its_new_id(desk: Desk) -> None:
    ana = desk.slack.add_user("ana")
    channel = desk.slack.add_channel("studio", members=[ana])
    directory, sent, lost = desk.directory(), asyncio.Event(), list[str]()
    directory.on_hidden = lost.append
    fault = desk.slack.faults.add(Fault(path="*conversations.members", answer_held_until=sent))
    reading = asyncio.create_task(directory.members("C0EARLIER"))
    await until(fault.met.is_set)
    directory.channel_moved("C0EARLIER", channel.id)
    sent.set()
    found = await reading
    assert found is not None
    assert ana.id in found
    assert lost == []


async def test_a_flood_of_questions_about_channels_asks_slack_once_of_each_and_of_few_at_a_time(desk: Desk) -> None:
    ana, eve = desk.slack.add_user("ana"), desk.slack.add_user("eve")
    shown = [desk.slack.add_channel(f"show-{number}", members=[ana]).id for number in range(40)]
    directory, together, most = desk.directory(), Counter[str](), Counter[str]()

    def counted(method: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def ask(**args: Any) -> Any:
            together[method] += 1
            most[method] = max(most[method], together[method])
            try:
                return await call(**args)
            finally:
                together[method] -= 1

        return ask

    for name in ("conversations_info", "conversations_members"):
        setattr(desk.client, name, counted(name, getattr(desk.client, name)))
    permissions = Permissions(directory)
    person = await directory.person(eve.id)
    answers = await asyncio.gather(*(permissions.readable(person, shown) for _ in range(5)))
    assert [set(readable) for readable in answers] == [set(shown)] * 5
    assert desk.calls("conversations.members") == 40
    assert desk.calls("conversations.info") == 40
    assert max(most.values()) <= 5


async def test_questions_that_wait_for_their_turn_are_not_asked_once_slack_has_had_enough(desk: Desk) -> None:
    shown = [desk.slack.add_channel(f"show-{number}").id for number in range(40)]
    desk.slack.fail("conversations.info", "ratelimited", retry_after=60, times=40)
    directory = desk.directory()
    assert not any(await asyncio.gather(*map(directory.is_public, shown)))
    assert desk.calls("conversations.info") <= 5


async def test_whoever_acts_does_not_wait_behind_the_lists_that_are_read_for_others(desk: Desk) -> None:
    ana = desk.slack.add_user("ana")
    shown = [desk.slack.add_channel(f"show-{number}", members=[ana]).id for number in range(10)]
    directory, answers = desk.directory(), asyncio.Event()
    fault = desk.slack.faults.add(Fault(path="*conversations.members", times=5, held_until=answers))
    looking = asyncio.gather(*map(directory.members, shown))
    await until(lambda: fault.times == 0)
    members = await directory.members(shown[0], asked_for=ana.id)
    assert not looking.done()
    assert members is not None
    assert ana.id in members
    answers.set()
    assert all(ana.id in (found or ()) for found in await looking)


async def test_what_was_asked_before_a_channel_changed_makes_it_public_to_nobody(desk: Desk) -> None:
    channel = desk.slack.add_channel("studio")
    directory, sent = desk.directory(), asyncio.Event()
    desk.slack.faults.add(Fault(path="*conversations.info", answer_held_until=sent))
    asking = asyncio.create_task(directory.is_public(channel.id))
    await until(lambda: desk.calls("conversations.info") == 1)
    channel.kind = "private"
    directory.forget_members(channel.id)
    assert not await directory.is_public(channel.id)
    sent.set()
    assert not await asking
    assert not await directory.is_public(channel.id)
    assert desk.calls("conversations.info") == 2


async def test_a_public_channel_that_was_made_private_is_seen_as_private_within_seconds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert channels.KIND_FRESH <= 5.0
    channel = desk.slack.add_channel("studio")
    directory = desk.directory()
    assert await directory.is_public(channel.id)
    channel.kind = "private"  # no event that the app hears
    assert await directory.is_public(channel.id)
    monkeypatch.setattr(channels, "KIND_FRESH", 0.0)
    assert not await directory.is_public(channel.id)
    assert not await directory.is_public("C404")
    assert not await directory.is_public(desk.slack.dm(desk.slack.add_user("ana")).id)
    desk.slack.fail("conversations.info", "ratelimited", retry_after=60)
    other = desk.slack.add_channel("other")
    assert not await directory.is_public(other.id)
    asked = desk.calls("conversations.info")
    assert not await directory.is_public(other.id)
    assert desk.calls("conversations.info") == asked
