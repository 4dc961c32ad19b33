"""Names that are no settings, but nearly: a setting that nobody reads must not stay unnoticed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable

SHORT = 6
"""A name shorter than this is near to too many others: `PORT` to `SORT`, `HOST` to `HOME`."""

ALIKE = 0.8
"""How alike (difflib's ratio) a name that begins like one of ours has to be: GCORE_TOKEN is to GCORE_API_TOKEN by 0.85."""


def misspelt(names: Iterable[str], known: Collection[str], *, own_file: bool) -> list[tuple[str, str]]:
    """Pairs of a name that is set and the setting that was probably meant.

    The environment is everybody's, so there only names count that are one or two slips away from a setting, or that share a
    provider's or Slack's first word and are much alike. In the bot's `own_file` short names are looked at as well.
    """
    prefixes = {name.partition("_")[0] + "_" for name in known if "_" in name and name.startswith(("SLACK_", *_providers(known)))}
    found = []
    for name in names:
        if name in known:
            continue
        nearest = _nearest(_folded(name), known, prefixes, own_file=own_file)
        if nearest:
            found.append((name, nearest))
    return found


def _providers(known: Collection[str]) -> tuple[str, ...]:
    """The first words of the providers' settings: each of them has a `<PROVIDER>_BASE_URL` or a `<PROVIDER>_CHANNEL`."""
    return tuple({name.removesuffix("CHANNEL") for name in known if name.endswith("_CHANNEL")} - {"DEFAULT_", "OPS_"})


def _nearest(name: str, known: Collection[str], prefixes: Collection[str], *, own_file: bool) -> str:
    slips = {setting: distance(name, setting) for setting in known if abs(len(name) - len(setting)) <= 2}
    near = [setting for setting, count in slips.items() if count <= _allowed(setting, own_file=own_file)]
    if near:
        return min(near, key=lambda setting: (slips[setting], setting))
    if not any(name.startswith(prefix) for prefix in prefixes):
        return ""
    alike = [setting for setting in known if setting.partition("_")[0] == name.partition("_")[0]]
    return next(iter(difflib.get_close_matches(name, alike, n=1, cutoff=ALIKE)), "")


def _allowed(setting: str, *, own_file: bool) -> int:
    if len(setting) < SHORT:
        return 1 if own_file else 0
    return 1 if len(setting) < 8 else 2


def _folded(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


def distance(one: str, other: str) -> int:
    """How many letters have to be changed, added, left out or swapped with their neighbour (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for i, left in enumerate(one, start=1):
        row = [i]
        for j, right in enumerate(other, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
