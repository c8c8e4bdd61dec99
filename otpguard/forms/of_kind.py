"""The forms that drivers name, by class or by dotted path."""

from __future__ import annotations

from typing import cast

from django import forms
from django.utils.module_loading import import_string

from otpguard.factors.base import FormClass


def form_of(named: FormClass) -> type[forms.Form]:
    """The class of a form. Raises ImportError for a path that leads nowhere."""
    return cast("type[forms.Form]", import_string(named)) if isinstance(named, str) else named
