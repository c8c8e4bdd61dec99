"""A field in which a person names somebody who has an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_NOBODY = _("No account has this login name.")


class UserField(forms.CharField):
    """Gives the id of a user, by the name they log in with and nothing else (A1).

    With `by_id` it takes the id itself, for API clients.
    """

    def __init__(self, *, by_id: bool = False, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        usual = {
            "label": _("Username"),
            "max_length": 254,
            "help_text": _("The name the person logs in with. They must have an account already."),
        }
        super().__init__(**{**usual, **options})
        self._by_id = by_id

    def clean(self, value: object) -> str:
        """Raises ValidationError for a name that nobody has."""
        typed = str(super().clean(value))
        if not typed:
            return ""
        model = get_user_model()
        column = "pk" if self._by_id else model.USERNAME_FIELD
        try:
            found = model._default_manager.filter(**{column: typed}).first()  # noqa: SLF001 (Django's documented name)
        except (ValueError, ValidationError):  # no id of the host's model
            found = None
        if found is None:
            text = _("No account has this id.") if self._by_id else _NOBODY
            raise forms.ValidationError(text)
        return str(found.pk)
