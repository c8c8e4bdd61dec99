"""Columns that keep a rule by themselves: encrypted at rest, and free of what cannot be seen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from otpguard.core.plain_text import plain_text
from otpguard.vault import decrypt, encrypt

REASON_LENGTH = 120
"""Characters of a reason that somebody gives, in every table."""


DUMPED = "otpguard-ciphertext:"
"""What stands before a ciphertext in a dump, so that it is not encrypted once more."""


class Encrypted:
    """A ciphertext as stored in the row. Its repr and str show nothing of the plain text."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def reveal(self) -> str:
        """The plain text. Raises UndecryptableError when the key is gone."""
        return decrypt(self.token) if self.token else ""

    def __bool__(self) -> bool:
        return bool(self.token)

    def __repr__(self) -> str:
        return "Encrypted(••••)" if self.token else "Encrypted()"

    __str__ = __repr__


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # values differ in and out
    """Text that is encrypted when written and read back as `Encrypted`.

    A plain string assigned to it is encrypted on save; an empty string stays empty. It cannot be
    searched: equal texts have different ciphertexts. `dumpdata` writes the ciphertext behind
    DUMPED, and `loaddata` keeps it as it is, without any key.
    """

    def get_prep_value(self, value: Any) -> str | None:  # noqa: ANN401 (Django's signature)
        if value is None:
            return None
        if isinstance(value, Encrypted):
            return value.token
        return encrypt(str(value)) if value else ""

    def from_db_value(
        self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> Encrypted | None:
        """Wrap what came from the database; decryption waits for `reveal`."""
        return None if value is None else Encrypted(value)

    def value_to_string(self, obj: models.Model) -> str:
        """What a serializer writes: the ciphertext, marked as one."""
        token = self.get_prep_value(self.value_from_object(obj))
        return f"{DUMPED}{token}" if token else ""

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 (Django's signature)
        """What a deserializer reads: a marked ciphertext as such, any other text as plain text."""
        if isinstance(value, str) and value.startswith(DUMPED):
            return Encrypted(value.removeprefix(DUMPED))
        return value if isinstance(value, Encrypted) else super().to_python(value)


class PlainTextInput(forms.CharField):
    """A name or a reason without invisible characters; input of these alone counts as empty."""

    def to_python(self, value: Any) -> str:  # noqa: ANN401 (Django's signature)
        """The text as it is kept."""
        return plain_text(str(super().to_python(value)))


class PlainTextField(models.CharField):  # type: ignore[type-arg]  # not so at run time
    """A name or a reason that people read: kept without what cannot be seen.

    Forms, flows and imports, rows saved one by one, in bulk and by `update` alike.
    """

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401 (Django's signature)
        """What a statement carries."""
        return plain_text(value) if isinstance(value, str) else super().get_prep_value(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ANN401, FBT001 (Django's)
        """What a row carries, in memory too."""
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = plain_text(value)
            setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs: Any) -> Any:  # noqa: ANN401 (Django's signature)
        """The input of such a column."""
        return super().formfield(**{"form_class": PlainTextInput, **kwargs})

    def deconstruct(self) -> Any:  # noqa: ANN401 (Django's signature)
        """To the database it is any text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
