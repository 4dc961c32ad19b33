"""Pages of the simulated vendor's lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.sandbox.gjirafa.habits import Habits


def page_of(request: web.Request, habits: Habits, items: Sequence[Any], *, totals: bool = True) -> dict[str, Any]:
    """`page` and `take` of a list, newest first, filtered by `search`; version 2 gives the items only (Gjirafa docs, channels)."""
    number = max(1, _asked(request, "page", 1))
    size = min(max(1, _asked(request, "take", habits.takes)), habits.most)
    search = request.query.get("search", "").lower()
    found = [item for item in reversed(items) if search in str(item["title"]).lower()]
    shown = found[(number - 1) * size : number * size]
    if not totals:
        return {"items": shown}
    pages = -(-len(found) // size)
    return {"currentPage": number, "totalPages": pages, "pageSize": size, "totalCount": len(found), "items": shown}


def _asked(request: web.Request, name: str, otherwise: int) -> int:
    value = request.query.get(name, "")
    return int(value) if value.isdecimal() else otherwise
