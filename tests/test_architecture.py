"""Imports point one way, vendors and SQL stay behind their seams, and importing a module defines and does nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

PARTS: Mapping[str, tuple[str, ...]] = {
    "slack.text": ("text", "methods", "interaction", "blockkit", "blocks", "stamps", "listing", "declare", "slack_clock"),
    "slack.views": (
        *("controls", "cards", "restreams", "notices", "prompts", "home", "modals", "fields"),
        *("plan_form", "stream_forms", "assignments", "help", "manifest", "clips", "keeping"),
    ),
    "slack.ways": ("parsing", "guard", "transport", "voice", "people", "channels", "directory", "directory_sync", "moves"),
}
"""The parts of `bot.slack`, from the bottom; what is not named here belongs to `slack.desk`, where people are answered."""

MAY_IMPORT: Mapping[str, frozenset[str]] = {
    part: frozenset(names.split())
    for part, names in {
        "model": "",
        "errors": "",
        "sanitise": "model",
        "log": "sanitise",
        "backoff": "",
        "offload": "",
        "startup": "",
        "clock": "",
        "passing": "",
        "seal": "errors model",
        "safe": "errors model seal",
        "show": "errors model",
        "network": "errors",
        "settings": "errors network show",  # the figures of a show are settings of the same name
        "providers": "clock errors model network passing settings",
        "store": "clock errors model passing",
        "slack.text": "errors model show",
        "slack.views": "errors model providers show slack.text",
        "slack.ways": "errors model network passing settings show store slack.text",
        "outbox": "clock errors model store slack.text",
        "sightings": "clock errors model providers show store",
        "watcher": "clock errors model providers show sightings store",
        "webhook_budget": "model",
        "lookups": "errors model providers",
        # a webhook is a hint to look
        "inbox": "webhook_budget clock errors lookups model providers sightings slack.text store watcher",
        "context": "clock errors model providers safe show store",
        "operations": "context errors model providers safe show store slack.text slack.views",  # the words of posts are views
        "reactions": "model operations providers show slack.text slack.views",
        "scheduler": "clock errors model store",
        "clock_watch": "clock model show slack.text store",
        "health": "clock errors model providers slack.text slack.ways store",
        "backups": "clock errors model slack.text store",
        "drawing": "context model operations slack.text slack.views",
        "slack.desk": "context errors model operations providers show store slack.text slack.views slack.ways",
        "commands": "errors model operations providers show slack.text slack.views slack.desk",
        "http_limits": "slack.ways",
        "http_messages": "slack.ways",
        "webhooks": "errors http_messages model slack.ways",
        "web": "errors http_limits http_messages model slack.text slack.ways webhooks",
        "papers": "errors model providers settings slack.text slack.views",
    }.items()
}
"""Which part of the product may import which; `app` and `__main__` put everything together."""

FOUNDATION = frozenset({"sanitise", "log", "backoff", "offload"})
"""What every part but `model` may import: foreign text, the log and failures that pass are everywhere."""
ROOTS = ("app", "__main__")
ONLY_IN: Mapping[str, tuple[str, ...]] = {
    "sqlite3": ("bot/store",),
    "sqlite_utils": ("bot/store",),
    "httpx": ("bot/providers", "bot/sandbox"),
    "commands": ("bot/app.py", "bot/__main__.py", "commands"),
    "bot.sandbox": ("bot/__main__.py", "bot/sandbox"),
}
"""Who may import what, wherever in the file; the sandbox speaks to its own servers like any client."""

DOING = """
open create_task ensure_future run run_until_complete gather Thread Process Popen connect serve socket AsyncClient Client
mkdir write_text write_bytes unlink read_text read_bytes getenv load_dotenv start_server sleep basicConfig install
AsyncIOScheduler Store open_store
"""
WORK = frozenset(DOING.split())
"""Calls that do something; at import nothing is done."""


def sources() -> list[Path]:
    return sorted(path for top in ("bot", "commands") for path in (ROOT / top).rglob("*.py"))


def product() -> list[Path]:
    return [path for path in sources() if "sandbox" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def exists(module: str) -> bool:
    return (ROOT / f"{module.replace('.', '/')}.py").exists() or (ROOT / module.replace(".", "/") / "__init__.py").exists()


@cache
def imports(path: Path, types_too: bool = False) -> tuple[str, ...]:
    """The modules that a file imports anywhere in it; without those that only a type checker sees."""
    return tuple(_imports(path, types_too=types_too))


def _imports(path: Path, *, types_too: bool) -> Iterator[str]:
    for node in _walk(tree(path), types_too=types_too):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if exists(inner) else node.module


def _walk(node: ast.AST, *, types_too: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING" and not types_too:
            continue
        yield child
        yield from _walk(child, types_too=types_too)


def part_of(module: str) -> str:
    """`bot.slack.cards` is of `slack.views`, `bot.show.cues` of `show`."""
    top, _, rest = module.partition(".")
    if top == "commands":
        return "commands"
    name, _, inner = rest.partition(".")
    if name != "slack":
        return name
    inner = inner.partition(".")[0]
    return next((part for part, names in PARTS.items() if inner in names), "slack.desk" if inner else "slack.text")


@pytest.mark.parametrize("path", product(), ids=name_of)
def test_a_module_imports_only_what_its_part_may(path: Path) -> None:
    part = part_of(name_of(path))
    if part in ("", *ROOTS):
        return
    assert part in MAY_IMPORT, f"{name_of(path)} belongs to no part: say in MAY_IMPORT what it may import"
    used = {part_of(module) for module in imports(path) if module.startswith(("bot.", "commands"))}
    assert used - {part} <= MAY_IMPORT[part] | (FOUNDATION if part != "model" else frozenset())


def test_imports_point_one_way() -> None:
    order = list(TopologicalSorter(MAY_IMPORT).static_order())  # CycleError names the circle
    assert order.index("model") < order.index("store") < order.index("context") < order.index("operations")
    assert order.index("operations") < order.index("reactions")
    assert order.index("operations") < order.index("slack.desk") < order.index("commands")


def test_the_table_names_nothing_that_is_not_there() -> None:
    parts = {part_of(name_of(path)) for path in product()}
    assert set(MAY_IMPORT) <= parts
    for part, names in PARTS.items():
        for name in names:
            assert exists(f"bot.slack.{name}"), f"{part}: there is no bot.slack.{name}"


@pytest.mark.parametrize("module", ONLY_IN)
def test_what_stays_behind_its_seam(module: str) -> None:
    allowed = ONLY_IN[module]
    trespassers = [
        name_of(path)
        for path in sources()
        if any(used == module or used.startswith(f"{module}.") for used in imports(path, True))
        and not any(str(path.relative_to(ROOT)).startswith(place) for place in allowed)
    ]
    assert trespassers == []


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_a_module_only_defines(path: Path) -> None:
    assert [called for called in _called_at_import(tree(path)) if called in WORK] == []


def _called_at_import(node: ast.AST) -> Iterator[str]:
    """What is called when the module is imported: not what stands in functions, nor behind `if __name__ == ...`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for default in (*child.args.defaults, *child.args.kw_defaults, *child.decorator_list):
                if default is not None:
                    yield from _called_at_import(ast.Expr(default))
            continue
        if isinstance(child, ast.Lambda) or (isinstance(child, ast.If) and "__name__" in ast.dump(child.test)):
            continue
        if isinstance(child, ast.Call):
            function = child.func
            yield function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
        yield from _called_at_import(child)


def test_the_eye_for_work_at_import_sees_it() -> None:
    said = "X = open('x')\nclass C:\n    t = Thread()\ndef f(y=run()):\n    connect()\nif __name__ == '__main__':\n    serve()\n"
    assert list(_called_at_import(ast.parse(said))) == ["open", "Thread", "run"]


WATCHED_IMPORT = """
import importlib, sys
done = []
def listen(event, args):
    writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if writes or event in ("socket.connect", "socket.bind", "subprocess.Popen", "_thread.start_new_thread", "sqlite3.connect"):
        done.append(f"{event} {args[:1]}")
for name in ("httpx", "slack_bolt.async_app", "slack_sdk", "uvicorn", "starlette.applications", "apscheduler.schedulers.asyncio",
             "sqlite_utils", "pydantic_settings", "websockets", "aiohttp", "cryptography"):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
sys.addaudithook(listen)
for name in sys.argv[1:]:
    importlib.import_module(name)
    if done:
        sys.exit(f"importing {name} did: {done}")
"""


def test_importing_everything_opens_no_file_socket_thread_or_process() -> None:
    names = [name_of(path) for path in sources() if path.name != "__main__.py"]
    ran = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED_IMPORT, *names], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
