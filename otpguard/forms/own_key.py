"""An API key that people make on our page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings

ENVIRONMENTS = (("production", _("Production")), ("test", _("Test")))


class OwnKeyForm(forms.Form):
    """Its name, what it opens and what it may do, of the scopes that the site offers."""

    name = forms.CharField(label=_("Name"), max_length=120)
    environment = forms.ChoiceField(label=_("Environment"), choices=ENVIRONMENTS)
    scope = forms.ChoiceField(label=_("What it may do"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Django's signature)
        super().__init__(*args, **kwargs)
        field = self.fields["scope"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (it stands above)
        field.choices = list(settings().api_keys.scopes.items())
