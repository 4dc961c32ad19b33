"""The ways in which something goes wrong, told apart by who hears about it: the person, the crew or the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


class ShowcallerError(Exception):
    """Everything this bot raises on purpose. Whatever is not one of these is a bug and goes to the log with a reference."""


class UserError(ShowcallerError):
    """What was asked cannot be done as it was asked.

    Raised by grammar, commands and operations; the router shows the message as it is, to the asker only. The message is a clear
    sentence on what is wrong, followed by what to do next.
    """


@dataclass(frozen=True)
class Choice:
    """One reading of an input with several meanings: what its button says, and the text that means only this."""

    label: str
    value: str


class Question(UserError):
    """An input that has several meanings, or a time that clocks skip.

    Raised by the grammar; the router shows the message with a button per choice. The `value` of a choice, typed in place of the
    whole input, is read without this question.
    """

    def __init__(self, sentence: str, choices: Iterable[Choice] = ()) -> None:
        super().__init__(sentence)
        self.choices: tuple[Choice, ...] = tuple(choices)

    def within(self, before: str, after: str = "") -> Self:
        """The same question about a longer text, in which what was asked about stands between `before` and `after`."""
        return type(self)(str(self), (Choice(choice.label, f"{before}{choice.value}{after}") for choice in self.choices))


class NotAllowed(UserError):
    """The person may not do this. Raised by the router and by operations; shown to the asker, says who can grant it."""


class Unsupported(UserError):
    """The provider has no way to express what was asked. Raised by providers and commands; shown with what can be done instead."""


class ProviderError(ShowcallerError):
    """A streaming provider refused, failed or did not answer.

    Raised by providers. The operation that called shows `sentence` on the card or in the thread and writes `detail` to the log.

    `permanent`: the same call will fail again, so it is not repeated. `ambiguous`: the request may have had its effect, so it is
    looked up before it is repeated. `retry_after`: seconds the provider asks us to wait. `status`: its HTTP status, None when
    there was no answer. `detail` is for the log and never contains a secret. `happened` is the sentence without its advice, for
    where the bot itself goes on trying.
    """

    def __init__(
        self,
        sentence: str,
        *,
        permanent: bool = False,
        ambiguous: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
        detail: str = "",
        happened: str = "",
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.happened = happened or sentence
        self.permanent = permanent
        self.ambiguous = ambiguous
        self.retry_after = retry_after
        self.status = status
        self.detail = detail


class StoreError(ShowcallerError):
    """The database cannot be used. Raised by the store; at start-up the command line prints it, later the edges log it."""


class StoreUnavailable(StoreError):
    """The database takes nothing at present (disk full, held, gone); the same write may succeed later. Raised by the store."""


class DamagedStore(StoreUnavailable):
    """The database file is damaged. Raised on opening; never answered by starting empty."""


class NewerSchema(StoreError):
    """The database was written by a newer version of this bot. Raised on opening; shown by the command line."""


class StoreLocked(StoreError):
    """Another process holds the database. Raised on opening; shown by the command line."""


class SettingsError(ShowcallerError):
    """A setting is missing or cannot be used. Raised while settings are read; the command line prints it, with the name."""
