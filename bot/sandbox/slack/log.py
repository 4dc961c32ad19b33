"""What happened between Slack and the app: the calls of the app and the deliveries to it. Tokens are never in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
SECRET_ARGUMENTS = frozenset({"token", "client_secret", "app_token"})


@dataclass(frozen=True)
class Call:
    """One call of a Web API method, or of a response URL (method "response_url"), and how it ended."""

    method: str
    args: Json
    status: int
    error: str | None
    at: float
    retry_after: int | None = None

    @property
    def ok(self) -> bool:
        """Whether Slack did it."""
        return self.error is None


@dataclass
class Delivery:
    """Something Slack brought to the app, what came back, and what the person saw of it.

    `kind` is slash_commands, interactive or events_api; `error` is what Slack shows to the person, operation_timeout or
    dispatch_failed, or None. `ack_ms` is in real milliseconds. `retry_reasons` has one for each redelivery that was decided on.
    `errors` are those of a refused form, by block_id; `options` and `option_groups` answer an external select; `confirm` is the
    dialog that the person said yes to.
    """

    kind: str
    type: str
    at: float
    payload: Json = field(repr=False)
    acked: bool = False
    ack_ms: float | None = None
    ack_payload: Any = None
    error: str | None = None
    attempts: int = 0
    retry_reasons: list[str] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    status: int | None = None
    confirm: Json | None = None
    errors: dict[str, str] = field(default_factory=dict)
    options: list[Json] = field(default_factory=list)
    option_groups: list[Json] = field(default_factory=list)


@dataclass
class Log:
    """Calls and deliveries, oldest first."""

    calls: list[Call] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def clear(self) -> None:
        """Start anew."""
        self.calls.clear()
        self.deliveries.clear()


def without_tokens(args: Json) -> Json:
    """The arguments that may be kept and printed."""
    return {key: value for key, value in args.items() if key not in SECRET_ARGUMENTS}
