"""The settings as the rows of a table for the README."""

from __future__ import annotations

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.settings.account import setting_of
from bot.settings.figures import FIGURES, setting_name, shown
from bot.settings.model import Settings
from bot.settings.reading import MADE, Accounts


def settings_table(accounts: Accounts) -> str:
    """Markdown rows `| NAME | default | meaning |`, in the order of the declarations, without a heading."""
    rows = [
        (name.upper(), _default(field), str(field.description)) for name, field in Settings.model_fields.items() if name not in MADE
    ]
    rows += [
        (setting_of(provider, name), _default(field), str(field.description))
        for provider, kind in accounts.items()
        for name, field in sorted(kind.model_fields.items(), key=lambda item: item[0] == "channel")
    ]
    rows += [(setting_name(name), shown(name), figure.meaning) for name, figure in FIGURES.items()]
    return "\n".join(
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning.replace('|', chr(92) + '|')} |"
        for name, default, meaning in rows
    )


def _default(field: FieldInfo) -> str:
    if field.is_required() or isinstance(field.default, SecretStr):
        return ""
    return "" if field.default in (None, "", ()) else str(field.default)
