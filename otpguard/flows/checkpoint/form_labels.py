"""What the page of a form calls its fields, for the page that shows a kept form again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.forms.utils import pretty_name
from django.utils.text import capfirst

from otpguard.core.intent import display_target


def form_labels(
    posted: Iterable[str],
    *,
    view: Any,  # noqa: ANN401 (any callable)
    form: Any = None,  # noqa: ANN401 (a form of Django's, or None)
) -> Mapping[str, str]:
    """The label of each `posted` field of `form`; without one, of the form or model of a class view
    or model admin, `view` as it was resolved. A field that none of them has is not among them.
    Reads nothing.
    """
    posted = tuple(posted)
    found = dict(_of_form(form) if form is not None else _of_view(view, posted))
    return {name: shown for name in posted if (shown := display_target(found.get(name, "")))}


def label_of(name: str, labels: Mapping[str, str]) -> str:
    """The label of a field; for one without any its name in words, "account_id" as "Account id"."""
    return labels.get(name) or display_target(pretty_name(name)) or display_target(name)


def _of_form(form: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (see form_labels)
    for name, field in getattr(form, "fields", {}).items():
        label = field.label if field.label is not None else pretty_name(name)
        yield form.add_prefix(name), str(label)


def _of_view(resolved: Any, posted: tuple[str, ...]) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (see form_labels)
    """What the view says of its form before it has read it."""
    view = getattr(resolved, "view_class", getattr(resolved, "model_admin", None))
    given = getattr(resolved, "view_initkwargs", {})
    form_class = given.get("form_class") or getattr(view, "form_class", None)
    for name, field in getattr(form_class, "base_fields", {}).items():
        yield name, str(field.label if field.label is not None else pretty_name(name))
    if form_class is not None:
        return
    model = given.get("model") or getattr(view, "model", None)
    if model is None:
        return
    for name in posted:
        try:
            field = model._meta.get_field(name)  # noqa: SLF001 (Django's documented API)
            yield name, str(capfirst(field.verbose_name))
        except (FieldDoesNotExist, AttributeError):  # no field, or one of another model's
            continue
