"""How long a vendor is left alone after it asked to be called less often: longer each time in a row."""

from __future__ import annotations

from bot.backoff import BackoffPolicy
from bot.providers.budget import LONGEST_PAUSE, Budget

REFUSED = BackoffPolicy(first=1.0, longest=10.0, longest_wanted=LONGEST_PAUSE, jitter=0.0)
"""After a 429 nothing is sent for so long; what is urgent goes sooner (`budget.LONGEST_PAUSE_OF_URGENT`).

No jitter: the budget lets go one by one afterwards, and those who try again add their own.
"""


class Throttle:
    """Counts in a row how often a vendor refuses us for calling too often, and has its budget send nothing for a while."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._refusals = 0
        self._noted = float("-inf")

    def answered(self) -> None:
        """The vendor did what it was asked, or failed for another reason."""
        self._refusals = 0

    def refused(self, sent: float, wanted: float | None) -> float:
        """It wants to be called less often; the real seconds for which it is left alone.

        `sent` is when the request left (`Budget.now`), `wanted` how many seconds the vendor asks for, None if it does not say.
        """
        self._refusals += self._is_news(sent)
        first = self._refusals <= 1
        wait = min(wanted, LONGEST_PAUSE) if first and wanted else REFUSED.delay(max(self._refusals, 1), wanted)
        self._budget.pause(wait)
        return wait

    def _is_news(self, sent: float) -> bool:
        """Requests that were under way together are refused together: that is one refusal and no row of them."""
        if sent < self._noted:
            return False
        self._noted = self._budget.now()
        return True
