"""How Gcore says no: its error bodies of at least seven shapes, and what to tell people about each kind of refusal."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model import JSON
from bot.providers.http import Answer, Manner, Trouble
from bot.providers.reading import Sheet

_LIMIT_WORDS = ("limit", "quota", "exceed", "maximum", "too many", "allowed number")


def manner(command: str) -> Manner:
    """Gcore's sentences; `command` is the root command, for what to type next."""
    return Manner(
        "Gcore",
        {
            Trouble.UNAUTHORIZED: "Gcore refused the token{words}. Put a valid GCORE_API_TOKEN in the settings; note "
            "that a `$` in it is eaten by shells and .env files unless it is quoted.",
            Trouble.FORBIDDEN: "Gcore does not allow this token to do that{words}. Give its role more rights in the "
            "Gcore portal, or put another GCORE_API_TOKEN in the settings.",
            Trouble.MISSING: "Gcore has no {what}{words}. It may have been deleted there; "
            f"`{command} stream list` shows what exists.",
            Trouble.REFUSED: "Gcore refused for {what}: {complaint}. {change}",
            Trouble.REDIRECT: "Gcore points to another address. Check GCORE_BASE_URL in the settings.",
        },
        complaint,
    )


def quota(command: str) -> str:
    """The sentence for an enabling that was refused. How Gcore words it is documented nowhere, so its words are quoted."""
    return (
        "Gcore refused to enable {what}{words}. Enabled streams count against the account's active-stream limit: "
        f"`{command} stream list` shows which are enabled; disable one and try again."
    )


def storage(command: str) -> str:
    """The sentence for a recording that did not start."""
    return (
        "Gcore did not start the recording of {what}: {complaint}. "
        f"If space is what is missing, delete videos (`{command} video list`) or ask Gcore for more."
    )


def no_dvr(command: str) -> str:
    """The sentence for a clip that was refused with 422, which is what Gcore says while DVR is off (Gcore OpenAPI)."""
    return (
        "Gcore cut no clip of {what}: {complaint}. Clips are cut out of the DVR: turn `dvr_enabled` on with "
        f"`{command} stream edit`, and what is sent from then on can be clipped."
    )


def one_target(command: str) -> str:
    """The sentence for one restream target too many: one is what an account has by default (Gcore docs)."""
    return (
        "Gcore refused {what}: {complaint}. An account has one restream target unless Gcore's support allows more: "
        f"remove another one (`{command} restream list`), or ask Gcore."
    )


def complaint(answer: Answer) -> str:
    """Gcore's own words in an error of any known shape, empty if it has none.

    `errors` as an object of lists (validation, OpenAPI) or as a list (statistics, and what rtckit-node expects), `error`
    (OpenAPI), `message` (gateway and platform page), `invalid_fields` (platform page), `detail` (common in front of such APIs).
    """
    sheet = Sheet(answer.json)
    errors = sheet.body.get("errors") or sheet.body.get("invalid_fields")
    for words in (_told(errors), sheet.text("error"), _told(sheet.body.get("error")), sheet.text("message"), sheet.text("detail")):
        if words.strip():
            return words.strip()
    return answer.json.strip() if isinstance(answer.json, str) else ""


def field_errors(answer: Answer, name: str) -> str:
    """What a validation error says of one field, empty if nothing."""
    errors = Sheet(answer.json).sheet("errors")
    return _told(errors.body.get(name)) if name in errors else ""


def reported_errors(answer: Answer) -> str:
    """The `errors` of an answer whose status says that all is well, in words."""
    return _told(Sheet(answer.json).body.get("errors"))


def warnings(answer: Answer) -> tuple[str, ...]:
    """The `warnings` of start_recording as sentences (Gcore OpenAPI; one key is documented)."""
    return tuple(_warned(warning) for warning in Sheet(answer.json).sheets("warnings"))


def is_limit(answer: Answer) -> bool:
    """Whether the words of a refusal are about a limit."""
    words = complaint(answer).lower()
    return any(word in words for word in _LIMIT_WORDS)


def is_quota(answer: Answer) -> bool:
    """Whether a refusal to enable a stream may be about the limit: its words say so, or it is no plain lack of rights or name."""
    return is_limit(answer) or (answer.status != 403 and not field_errors(answer, "name"))


def _warned(warning: Sheet) -> str:
    key, meta = warning.text("key"), warning.sheet("meta")
    used, limit = meta.number("storage_usage_mb"), meta.number("storage_limit_mb")
    if key == "client_storage_almost_exceeded" and used is not None and limit is not None:
        return f"Storage is almost full: {used:g} of {limit:g} MB used."
    words = (warning.text("message") or key or "no reason given").replace("_", " ").rstrip(".")
    return f"Gcore warns: {words}."


def _told(errors: JSON, depth: int = 0) -> str:
    """Errors of whatever nesting in one line: `name can't be blank; status can't be blank`."""
    if depth > 3:
        return ""
    if isinstance(errors, str):
        return errors.strip()
    if isinstance(errors, list):
        return "; ".join(filter(None, (_told(item, depth + 1) for item in errors)))
    if isinstance(errors, Mapping):
        known = Sheet(errors)
        if words := known.text("message") or known.text("error") or known.text("key").replace("_", " "):
            return words.strip()
        said = ((str(name), _told(words, depth + 1)) for name, words in errors.items())
        return "; ".join(f"{name} {words}" for name, words in said if words)
    return ""
