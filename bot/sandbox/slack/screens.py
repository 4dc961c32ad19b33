"""The modals and the home tab that each person has open."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.sandbox.slack.blocks import elements_of, with_ids
from bot.sandbox.slack.nouns import Json, View

DEEPEST_STACK = 3


@dataclass
class Screens:
    """A stack of at most three modals per person, and one home tab."""

    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def find(self, view_id: str) -> View | None:
        """The open view with that id, as it stands now."""
        for view in (*itertools.chain(*self.stacks.values()), *self.homes.values()):
            if view.id == view_id:
                return view
        return None

    def by_external_id(self, external_id: str) -> View | None:
        """The open view to which the app gave that name."""
        for view in itertools.chain(*self.stacks.values(), self.homes.values()):
            if view.body.get("external_id") == external_id:
                return view
        return None

    def open(self, user: str, body: Mapping[str, object], channel: str | None = None) -> View:
        """A fresh modal, in the place of whatever was open."""
        view = self._made(user, body, channel)
        self.stacks[user] = [view]
        return view

    def push(self, user: str, body: Mapping[str, object]) -> View:
        """A modal on top of the open ones; the caller has checked that the stack is not full."""
        stack = self.stacks[user]
        view = replace(self._made(user, body, stack[-1].channel), root=stack[0].id, previous=stack[-1].id)
        stack.append(view)
        return view

    def update(self, view_id: str, body: Mapping[str, object]) -> View | None:
        """Show something else in an open view; what was typed stays where the same input stays."""
        view = self.find(view_id)
        if view is None:
            return None
        fresh = self._made(view.user, body, view.channel)
        after = replace(view, body=fresh.body, hash=fresh.hash, state=_kept(view.state, fresh.body["blocks"]))
        self._put(after)
        return after

    def fill(self, view_id: str, state: Json) -> View | None:
        """Remember what a person has typed and picked so far; this is no new version."""
        view = self.find(view_id)
        if view is not None:
            view = replace(view, state=state)
            self._put(view)
        return view

    def publish(self, user: str, body: Mapping[str, object]) -> View:
        """Show a home tab."""
        old = self.homes.get(user)
        view = self._made(user, body, None)
        if old is not None:
            view = replace(view, id=old.id, root=old.id)
        self.homes[user] = view
        return view

    def close_top(self, user: str) -> None:
        """Take the uppermost modal away."""
        if self.stacks.get(user):
            self.stacks[user].pop()

    def clear(self, user: str) -> None:
        """Take all modals away."""
        self.stacks.pop(user, None)

    def full(self, user: str) -> bool:
        """Whether no further modal fits on the stack."""
        return len(self.stacks.get(user, [])) >= DEEPEST_STACK

    def _put(self, view: View) -> None:
        for stack in self.stacks.values():
            for i, other in enumerate(stack):
                if other.id == view.id:
                    stack[i] = view
        if view.user in self.homes and self.homes[view.user].id == view.id:
            self.homes[view.user] = view

    def _made(self, user: str, body: Mapping[str, object], channel: str | None) -> View:
        blocks = body.get("blocks")
        whole = {**body, "blocks": with_ids(blocks if isinstance(blocks, list) else [])}
        name = f"V07{next(self._numbers):07d}"
        return View(name, user, secrets.token_hex(8), whole, root=name, channel=channel)


def _kept(state: Json, blocks: list[Json]) -> Json:
    """Of what was typed, that for which the same input is still there."""
    there = {(block["block_id"], element.get("action_id")) for block in blocks for element in elements_of(block)}
    kept: Json = {}
    for block_id, actions in state.items():
        for action_id, value in actions.items():
            if (block_id, action_id) in there:
                kept.setdefault(block_id, {})[action_id] = value
    return kept
