"""Seals what has to be kept and must not be readable in the database: under a key that is derived from SECRET_KEY."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr
from pydantic_core import from_json, to_json

from bot.errors import ShowcallerError
from bot.model import JSON

PURPOSE = b"showcaller: sealed secrets, 1"
"""Binds the derived key to this use: the same SECRET_KEY in another program, or for another purpose here, gives another key."""


class OtherSeal(ShowcallerError):
    """What was sealed cannot be opened: SECRET_KEY is another one now, or what was kept is damaged."""


class Seal:
    """Fernet (AES-128-CBC and HMAC-SHA256) under HKDF-SHA256 of SECRET_KEY.

    HKDF stretches nothing: it takes for granted that SECRET_KEY is random, as the README asks, and not a password that somebody
    thought of. In return each start of the bot costs nothing.
    """

    def __init__(self, secret_key: SecretStr) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret_key.get_secret_value().encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def close(self, values: Mapping[str, JSON]) -> str:
        """The values as a text that only the same SECRET_KEY opens; never the same text twice."""
        return self._fernet.encrypt(to_json(dict(values))).decode()

    def open(self, sealed: str) -> dict[str, JSON]:
        """What was sealed; OtherSeal if this is not the key it was sealed with."""
        try:
            found: dict[str, JSON] = from_json(self._fernet.decrypt(sealed.encode()))
        except InvalidToken:
            raise OtherSeal("It was sealed with another SECRET_KEY.") from None
        return found
