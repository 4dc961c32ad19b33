"""The views.* methods: modals and the home tab."""

from __future__ import annotations

import json

from bot.sandbox.slack.blocks import view_complaints
from bot.sandbox.slack.nouns import Json, View
from bot.sandbox.slack.tickets import TicketRefused, Trigger
from bot.sandbox.slack.web_api.method import Args, Backstage, Method, refuse

VIEW_BYTES = 250_000
"""Bytes of JSON beyond which a view is view_too_large (views.open page)."""


def judged_view(back: Backstage, view: object, kind: str, updating: View | None = None) -> Json:
    """The view as given; refuses what Slack refuses."""
    if not isinstance(view, dict):
        refuse("invalid_arguments", "[ERROR] must be an object [json-pointer:/view]")
    wrong = view_complaints(view)
    if view.get("type") != kind and not wrong:
        wrong = [f"[ERROR] must be a {kind} view [json-pointer:/view/type]"]
    if wrong:
        refuse("invalid_arguments", *wrong)
    if len(json.dumps(view)) > VIEW_BYTES:
        refuse("view_too_large")
    named = back.workspace.screens.by_external_id(view["external_id"]) if view.get("external_id") else None
    if named is not None and (updating is None or named.id != updating.id):
        refuse("duplicate_external_id")
    return view


def _trigger(back: Backstage, args: Args) -> Trigger:
    if not args.text("trigger_id"):
        refuse("invalid_arguments", "[ERROR] missing required field: trigger_id [json-pointer:/trigger_id]")
    try:
        return back.tickets.look_at(args.text("trigger_id"), back.clock.time())
    except TicketRefused as refused:
        refuse(refused.error)


def _shown(back: Backstage, view: View) -> Json:
    back.workspace.changed()
    return {"view": view.as_json(back.workspace.app)}


async def _open(back: Backstage, args: Args) -> Json:
    trigger = _trigger(back, args)
    body = judged_view(back, args.structure("view"), "modal")
    trigger.used = True
    return _shown(back, back.workspace.screens.open(trigger.user, body))


async def _push(back: Backstage, args: Args) -> Json:
    trigger = _trigger(back, args)
    body = judged_view(back, args.structure("view"), "modal")
    screens = back.workspace.screens
    if not screens.stacks.get(trigger.user) or trigger.view is None:
        refuse("not_found")
    if screens.full(trigger.user):
        refuse("push_limit_reached")
    trigger.used = True
    return _shown(back, screens.push(trigger.user, body))


async def _update(back: Backstage, args: Args) -> Json:
    screens = back.workspace.screens
    if args.text("view_id"):
        view = screens.find(args.text("view_id"))
    else:
        view = screens.by_external_id(args.text("external_id")) if args.text("external_id") else None
    if view is None:
        refuse("not_found")
    if args.text("hash") and args.text("hash") != view.hash:
        refuse("hash_conflict")
    body = judged_view(back, args.structure("view"), view.type, updating=view)
    after = screens.update(view.id, body)
    assert after is not None
    return _shown(back, after)


async def _publish(back: Backstage, args: Args) -> Json:
    if not back.manifest.home_tab:
        refuse("not_enabled")
    user = back.workspace.users.get(args.text("user_id"))
    if user is None:
        refuse("invalid_arguments", "[ERROR] invalid user [json-pointer:/user_id]")
    old = back.workspace.screens.homes.get(user.id)
    if args.text("hash") and (old is None or args.text("hash") != old.hash):
        refuse("hash_conflict")
    body = judged_view(back, args.structure("view"), "home", updating=old)
    return _shown(back, back.workspace.screens.publish(user.id, body))


_VIEW = frozenset({"duplicate_external_id", "view_too_large"})
_TRIGGER = frozenset({"exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"})

VIEWS = (
    Method("views.open", _open, "t4", (), ("view",), _VIEW | _TRIGGER),
    Method("views.push", _push, "t4", (), ("view",), _VIEW | _TRIGGER | {"push_limit_reached", "not_found"}),
    Method("views.update", _update, "t4", (), ("view",), _VIEW | {"hash_conflict", "not_found"}),
    Method("views.publish", _publish, "t4", (), ("user_id", "view"), _VIEW | {"hash_conflict", "not_enabled"}),
)
