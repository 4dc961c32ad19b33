"""What is wrong with a body that is not one of Slack's."""

from __future__ import annotations

from bot.errors import ShowcallerError


class MalformedError(ShowcallerError):
    """A body is not one that Slack sends.

    Raised by `parse`; HTTP answers it with 400, Socket Mode logs it. The message names the field and never holds the body.
    """
