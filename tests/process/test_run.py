"""`python -m bot run` as a process: one line when ready, healthy while Slack hears, drained on SIGTERM, itself after a restart."""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
import time

import httpx

from bot.sandbox.faults import Fault
from tests.contention import PATIENCE
from tests.process.house import SECRET, House, Process

READY = re.compile(r"Showcaller is ready: (Socket Mode|signed HTTP), gcore, http://127\.0\.0\.1:\d+\n")


async def test_it_prints_one_line_works_drains_and_keeps_its_schedule(house: House) -> None:
    process = await house.start()
    assert READY.fullmatch(process.stdout[0])
    assert (await process.get("/healthz")).text == "alive\n"
    assert (await process.get("/readyz")).json() == {"ready": True}
    await house.plan()
    assert "Sunday Service" in await house.answer("/live shows")
    assert await process.end() < 5
    assert process.code == 0
    assert len(process.stdout) == 1

    again = await house.start()
    assert "Sunday Service" in await house.answer("/live shows")
    assert "Moved: Sunday Service (s1)" in await house.answer("/live move s1 +10m")
    await again.end()
    assert again.code == 0
    assert len(house.cloud.ledger.of("stream created")) == 1
    with sqlite3.connect(house.folder / "showcaller.db") as db:
        planned = db.execute("SELECT verb FROM operations WHERE show = 's1' AND state = 'scheduled' ORDER BY due_ms").fetchall()
    assert {verb for (verb,) in planned} >= {"open", "go", "finish", "remind", "end_warning"}


async def test_it_is_not_ready_while_slack_is_deaf_and_is_again_when_it_hears(house: House) -> None:
    process = await house.start()
    house.slack.sockets.refuse_upgrades(1000)
    house.slack.sockets.deafen()
    house.slack.sockets.deafen()
    until = time.monotonic() + PATIENCE
    answer = await process.get("/readyz")
    while answer.status_code == 200 and time.monotonic() < until:
        answer = await process.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"slack": "Slack answers on none of the Socket Mode connections."}
    page = (await process.get("/metrics")).text.splitlines()
    assert {"showcaller_slack_link_well 0", "showcaller_slack_connections 0", "showcaller_slack_deaf_total 2"} <= set(page)
    assert (await process.get("/healthz")).status_code == 200
    house.slack.sockets.refuse_upgrades(0)
    house.slack.sockets.undeafen()
    while answer.status_code != 200 and time.monotonic() < until:
        answer = await process.get("/readyz")
    assert answer.status_code == 200
    await process.end()
    assert process.code == 0


async def test_it_ends_within_seconds_although_an_operation_waits_for_a_provider_that_hangs(house: House) -> None:
    process = await house.start()
    await house.plan()
    house.cloud.faults.add(Fault("*", "*", times=None, delay=60))
    card = next(m for m in house.slack.channel(house.studio).messages if " yours " in str(m.blocks))
    await house.slack.press(house.ana, card, "more", "Open now")
    await house.cloud.until(lambda: bool(house.cloud.in_flight))
    said = await house.slack.wait_for(
        lambda slack: [m.text for m in slack.channel(house.studio).messages if "Gcore has not answered for 4 s." in m.text]
    )
    assert len(said) == 1
    assert await process.end() < 8
    assert process.code == 0
    house.cloud.faults.clear()
    again = await house.start()
    await house.cloud.until(lambda: bool(house.cloud.ledger.of("enabled")))
    await house.slack.wait_for(lambda slack: "WAITING FOR ENCODER" in slack.snapshot())
    await again.end()
    assert len(house.cloud.ledger.of("enabled")) == 1


async def test_it_runs_behind_signed_http_in_the_same_way(http_house: House) -> None:
    process = await http_house.start()
    assert READY.fullmatch(process.stdout[0])
    assert (await process.get("/readyz")).status_code == 200
    await http_house.plan()
    await process.end()
    assert process.code == 0
    again = await http_house.start()
    assert "Sunday Service" in await http_house.answer("/live shows")
    await again.end()
    assert again.code == 0


async def test_it_can_be_stopped_while_slack_keeps_its_start_waiting(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    house.slack.faults.add(Fault("/api/auth.test", "*", times=None, delay=60))
    process = await house.run({"PORT": str(port)})
    process.url = f"http://127.0.0.1:{port}"
    async with asyncio.timeout(PATIENCE):
        while not await answers(process):
            pass
    assert (await process.get("/readyz")).status_code == 503
    assert await process.end() < 5
    assert process.code == 0
    assert process.stdout == []


async def answers(process: Process) -> bool:
    """Whether it listens yet."""
    try:
        return (await process.get("/healthz")).status_code == 200
    except httpx.ConnectError:
        return False


async def test_a_second_process_on_the_same_database_refuses(house: House) -> None:
    first = await house.start()
    second = await house.run()
    await second.end(None)
    assert second.code == 2
    assert second.stdout == []
    assert "Another Showcaller (process " in the_line(second)
    assert (await first.get("/readyz")).status_code == 200
    await first.end()


async def test_a_damaged_database_is_refused_and_left_as_it_is(house: House) -> None:
    file = house.folder / "showcaller.db"
    file.write_bytes(b"SQLite format 3\x00" + b"\xde\xad\xbe\xef" * 4000)
    before = file.read_bytes()
    process = await house.run()
    await process.end(None)
    assert process.code == 2
    assert "is damaged" in the_line(process)
    assert file.read_bytes() == before


async def test_tokens_that_slack_refuses_are_named(house: House) -> None:
    for name, value in (("SLACK_BOT_TOKEN", "xoxb-canary-wrong"), ("SLACK_APP_TOKEN", "xapp-canary-wrong")):
        process = await house.run({name: value})
        await process.end(None)
        assert process.code == 2
        assert the_line(process).startswith(f"{name} is refused by Slack")
        assert "canary" not in process.said


async def test_a_port_that_is_taken_is_named(house: House) -> None:
    taken = house.cloud.base_url.rpartition(":")[2]
    process = await house.run({"PORT": taken})
    await process.end(None)
    assert process.code == 2
    assert the_line(process).startswith(f"PORT {taken} on HOST 127.0.0.1 cannot be listened on")


async def test_its_log_holds_no_secret_even_at_debug(house: House) -> None:
    process = await house.start()
    await house.plan()
    await house.slack.command(house.ana, house.studio, "/live stream key s1")
    await house.slack.wait_for(lambda slack: "rtmp" in slack.read(slack.modals(house.ana)[-1]))
    house.cloud.expire_token()
    await house.slack.command(house.ana, house.studio, "/live stream list")
    await house.slack.wait_for(lambda slack: "Gcore refused the token" in slack.snapshot())
    await asyncio.gather(*(process.get(path) for path in (f"/webhooks/gcore/{SECRET}", f"/webhooks/gcore/{SECRET}x", "/nothing")))
    house.cloud.webhooks.send(
        "stream", "stream", {"id": 201693, "live": True, "uri": f"rtmp://x/{SECRET}"}, house.cloud._agenda.now()
    )
    await house.cloud.until(lambda: all(one.outcome != "waiting" for one in house.cloud.webhooks.log))
    await process.end()
    stream = house.cloud.stream(201693)
    secrets = [house.slack.bot_token, house.slack.app_token, house.cloud.token, "canarycanary", SECRET, stream.token]
    for secret in secrets:
        assert secret not in process.said
    assert process.stderr


def the_line(process: Process) -> str:
    """The one line on stderr, apart from the log."""
    lines = [line for line in process.stderr if not re.match(r"\d{4}-\d\d-\d\d ", line)]
    assert len(lines) == 1, process.said
    return lines[0]
