"""How Gjirafa says no: its envelope, also in a 200, and what to tell people about each kind of refusal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.errors import ProviderError
from bot.model import JSON, PageState
from bot.providers.http import Answer, Manner, Trouble
from bot.providers.reading import Sheet

TITLE = "Gjirafa"


def manner(command: str) -> Manner:
    """Gjirafa's sentences; `command` is the root command, for what to type next."""
    return Manner(
        TITLE,
        {
            Trouble.UNAUTHORIZED: "Gjirafa refused the key{words}. Put the whole value of its Authorization header into "
            "GJIRAFA_AUTHORIZATION; keys are made in Gjirafa's dashboard and can run out.",
            Trouble.FORBIDDEN: "Gjirafa does not allow this key to do that{words}. Give it a role in the project of "
            "GJIRAFA_PROJECT_ID in Gjirafa's dashboard, or put another one into GJIRAFA_AUTHORIZATION.",
            Trouble.MISSING: "Gjirafa has no {what}{words}. It may have been deleted there, or GJIRAFA_PROJECT_ID names "
            f"another project; `{command} stream list` shows what exists.",
            Trouble.REFUSED: "Gjirafa refused for {what}: {complaint}. {change}",
            Trouble.REDIRECT: "Gjirafa points to another address. Check GJIRAFA_BASE_URL in the settings.",
        },
        complaint,
    )


def judged(answer: Answer) -> Answer:
    """The answer with the status that it means: an envelope may say `success: false`, and its own `statusCode`, in a 200.

    Gjirafa docs, restreams: success is a 200 or 201 *and* `success: true`. Where only `success` says no, it is a plain refusal.
    """
    envelope = Sheet(answer.json)
    if answer.status >= 300 or envelope.flag("success") is not False:
        return answer
    told = envelope.whole("statusCode") or 0
    return replace(answer, status=told if 400 <= told <= 599 else 400)


def complaint(answer: Answer) -> str:
    """Gjirafa's own words: `errors` and `messages`, which are lists of texts (Gjirafa docs, live videos), then `resultInfo`.

    No page shows the body of an error, so lists of objects, objects of lists and the usual single words are read as well.
    """
    sheet = Sheet(answer.json)
    words = [*_told(sheet.body.get("errors")), *_told(sheet.body.get("messages"))]
    if not words:
        words = [sheet.text(name).strip() for name in ("resultInfo", "message", "detail", "title")]
    if not any(words) and isinstance(answer.json, str):
        words = [answer.json.strip()]
    return "; ".join(dict.fromkeys(word for word in words if word))


def _told(errors: JSON, depth: int = 0) -> Iterator[str]:
    if depth > 3:
        return
    if isinstance(errors, str):
        yield errors.strip()
    elif isinstance(errors, list):
        for item in errors:
            yield from _told(item, depth + 1)
    elif isinstance(errors, Mapping):
        known = Sheet(errors)
        if words := known.text("message") or known.text("errorMessage") or known.text("description"):
            yield words.strip()
            return
        for name, inner in errors.items():
            yield from (f"{name} {words}" for words in _told(inner, depth + 1) if words)


def not_now(title: str, state: str, flag: str, *, dvr: bool | None) -> ProviderError:
    """The error for what a live video does not take now: `flag` is the name that Gjirafa gives to taking it.

    Tried again where it may yet come true. What is over never comes back, and DVR cannot be switched on later.
    """
    named = f"the live video “{title}”"
    if flag == "canStopAndCut" and dvr is False:
        return ProviderError(
            f"Gjirafa cannot keep anything of {named}: its DVR is off. Finish it without a recording, or record it at the encoder.",
            permanent=True,
        )
    if flag == "canGoLive" and state == PageState.FINISHED:
        return ProviderError(f"Gjirafa cannot put {named} on air: it is over. Make a new one.", permanent=True)
    if flag == "canGoLive":
        happened = f"Gjirafa does not let {named} go live yet"
        advice = "Connect the encoder to its channel, and see that nothing else is live on it."
    elif state == PageState.PENDING:
        happened, advice = f"Gjirafa has nothing to stop: {named} is not live", "Look at it and try again."
    else:
        happened, advice = f"Gjirafa does not let {named} be stopped now", "It stays on air; try again in a moment."
    return ProviderError(f"{happened} ({flag}: false). {advice}", detail=f"{flag} false, {state}", happened=f"{happened}.")
