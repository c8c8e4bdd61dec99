"""A column that is encrypted at rest and stays sealed in memory until somebody says `reveal`."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from otpguard.vault import decrypt, encrypt


class Sealed:
    """A ciphertext as it lies in the row. Its repr and str show nothing of the plain text."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def reveal(self) -> str:
        """The plain text. Raises UndecryptableError when the key is gone."""
        return decrypt(self.token) if self.token else ""

    def __bool__(self) -> bool:
        return bool(self.token)

    def __repr__(self) -> str:
        return "Sealed(••••)" if self.token else "Sealed()"

    __str__ = __repr__


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # values differ in and out
    """Text that is encrypted when written and read back as `Sealed`.

    A plain string assigned to it is encrypted on save; an empty string stays empty. It cannot be
    searched: equal texts have different ciphertexts.
    """

    def get_prep_value(self, value: Any) -> str | None:  # noqa: ANN401 (Django's signature)
        if value is None:
            return None
        if isinstance(value, Sealed):
            return value.token
        return encrypt(str(value)) if value else ""

    def from_db_value(
        self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> Sealed | None:
        """Wrap what came from the database; decryption waits for `reveal`."""
        return None if value is None else Sealed(value)
