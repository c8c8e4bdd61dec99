"""Guard what Django's admin gives people: staff, superuser, groups and permissions.

    class MyUserAdmin(RoleGrantMixin, UserAdmin): ...

    class MyGroupAdmin(RoleGrantMixin, GroupAdmin): ...

The person who gives a right is asked at `role_grant`, with a proof that is bound to this form. A
right that is taken away asks nothing, and ends at once what the person had confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from otpguard.flows.session.rights import note_rights
from otpguard.http.facts import facts_from
from otpguard.http.guard import require

CHECKPOINT = "role_grant"

FLAGS = ("is_active", "is_staff", "is_superuser")
SETS = ("groups", "user_permissions", "permissions")


class RoleGrantMixin:
    """For a ModelAdmin of users or of groups; stands before Django's own class."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ANN401, FBT001 (Django's signature)
        """Ask for a proof when rights are given, save, then tell who must know. RequestRefused
        passes through, with nothing saved."""
        gained, lost = _names(_given(form)), _names(_taken(form))
        if gained:
            target = _("%(rights)s for %(who)s") % {"rights": ", ".join(gained), "who": obj}
            require(request, CHECKPOINT, target=target, form=form)
        super().save_model(request, obj, form, change)  # type: ignore[misc]  # of the class after this one
        if gained or lost:
            people = get_user_model()
            one = isinstance(obj, people)
            whose = [str(obj.pk)] if one else _members(obj)
            note_rights(
                facts=facts_from(request), users=whose, gained=gained, lost=lost, target=str(obj)
            )


def _members(group: Any) -> list[str]:  # noqa: ANN401 (a group of Django's)
    people = get_user_model()._default_manager  # noqa: SLF001 (Django's documented name)
    return [
        str(pk) for pk in people.filter(groups=group).order_by("pk").values_list("pk", flat=True)
    ]


def _names(found: Iterator[tuple[str, Any]]) -> list[str]:
    return sorted(name if value is True else f"{name}: {value}" for name, value in found)


def _given(form: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 (a model form)
    was: Mapping[str, Any] = form.initial
    for name in FLAGS:
        # A new account is active by itself: that gives nothing.
        if form.cleaned_data.get(name) is True and not was.get(name, name == "is_active"):
            yield name, True
    for name in SETS:
        yield from ((name, each) for each in _set(form, name) - set(was.get(name) or ()))


def _taken(form: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 (a model form)
    was: Mapping[str, Any] = form.initial
    for name in FLAGS:
        if form.cleaned_data.get(name) is False and was.get(name):
            yield name, True
    for name in SETS:
        if name in form.cleaned_data:
            yield from ((name, each) for each in set(was.get(name) or ()) - _set(form, name))


def _set(form: Any, name: str) -> set[Any]:  # noqa: ANN401 (a model form)
    return set(form.cleaned_data.get(name) or ())
