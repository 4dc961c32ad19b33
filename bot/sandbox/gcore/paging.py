"""Pages of the simulated vendor's lists: `page` from 1, a bare array, an empty one past the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from aiohttp import web

T = TypeVar("T")
PAGE_SIZE = web.AppKey("PAGE_SIZE", int)
_LARGEST_PAGE = 100


def page_of(request: web.Request, items: Sequence[T]) -> Sequence[T]:
    """The page asked for with `page` (and `per_page`, where the caller lets it through)."""
    return _slice(items, _number(request, "page", 1), request.app[PAGE_SIZE])


def sized_page_of(request: web.Request, items: Sequence[T]) -> Sequence[T]:
    """The same for lists that understand `per_page`: only videos do (Gcore OpenAPI)."""
    size = min(_LARGEST_PAGE, _number(request, "per_page", request.app[PAGE_SIZE]))
    return _slice(items, _number(request, "page", 1), size)


def _slice(items: Sequence[T], page: int, size: int) -> Sequence[T]:
    return items[(page - 1) * size : page * size]


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return max(1, int(text)) if text.isdecimal() else default
