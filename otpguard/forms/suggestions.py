"""Widgets that offer what there is: a menu of tenants, boxes and suggestions for roles.

What they offer is read when a form is shown, and never more than a page can hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otpguard.core.audience import ADMIN_ROLES
from otpguard.models import EnrollmentRule, Membership, Tenant

TENANTS_LISTED = 200
"""With more tenants, people type, and the page looks names up as they do."""
TENANTS_SUGGESTED = 20
ROLES_LISTED = 30
NEWEST = 2_000
"""Of how many members the roles are listed: reading all of them takes seconds."""
SEARCHED = "data-otpguard-names"
"""Marks an input whose suggestions `admin.js` looks up."""


class TenantChoice(forms.TextInput):
    """A menu of tenants; an input with suggestions where there are too many for a menu."""

    def render(
        self,
        name: str,
        value: Any,  # noqa: ANN401 (Django's signature)
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ANN401 (Django's signature)
    ) -> SafeString:
        """As HTML. One statement. A value that no tenant has stays in the input, or is listed."""
        rows = Tenant.objects.order_by().values_list("slug", "name")[: TENANTS_LISTED + 1]
        listed = sorted(rows, key=lambda pair: pair[1].casefold())
        if len(listed) > TENANTS_LISTED:
            typed = {**(attrs or {}), SEARCHED: "", "autocomplete": "off"}
            return suggesting(super(), name, value, typed, renderer, offered=())
        none = _("Choose an organization") if self.is_required else _("No organization: the site")
        given = str(value or "")
        if given and given not in dict(listed):
            listed.append((given, given))
        menu = forms.Select(choices=[("", none), *listed])
        return menu.render(name, given, attrs, renderer)


class RoleInput(forms.TextInput):
    """One role, typed, with suggestions."""

    def render(
        self,
        name: str,
        value: Any,  # noqa: ANN401 (Django's signature)
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ANN401 (Django's signature)
    ) -> SafeString:
        """As HTML. Two statements."""
        offered = [(role, role) for role in known_roles()]
        return suggesting(super(), name, value, attrs, renderer, offered=offered)


class RoleBoxes(forms.TextInput):
    """Several roles: a box for each known one, and an input for others, separated by commas.

    The value is the roles separated by commas, however they came in.
    """

    use_fieldset = True

    def render(
        self,
        name: str,
        value: Any,  # noqa: ANN401 (Django's signature)
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ANN401 (Django's signature)
    ) -> SafeString:
        """As HTML. Two statements."""
        given = [each for each in (part.strip() for part in str(value or "").split(",")) if each]
        known = known_roles()
        boxes = forms.CheckboxSelectMultiple(choices=[(role, role) for role in known])
        others = ", ".join(each for each in given if each not in known)
        input_id = f"{(attrs or {}).get('id', name)}_others"
        return format_html(
            '{}<label for="{}">{}</label> {}',
            boxes.render(name, [each for each in given if each in known], attrs, renderer),
            input_id,
            _("Other roles, separated by commas:"),
            super().render(name, others, {"id": input_id}, renderer),
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:  # noqa: ANN401, ARG002 (Django's signature)
        """What was ticked and typed, separated by commas; None if there was no such field."""
        if name not in data:
            return None
        many = data.getlist(name) if hasattr(data, "getlist") else [data[name]]
        return ", ".join(str(each) for each in many if each)

    def id_for_label(self, id_: str) -> str:  # noqa: ARG002 (Django's signature)
        """None: the label is that of the group."""
        return ""


def find_tenants(text: str) -> list[tuple[str, str]]:
    """Short name and name of the first tenants by name in which the text stands. One statement."""
    wanted = text.strip()
    if not wanted or "\0" in wanted:
        return []
    rows = Tenant.objects.filter(Q(name__icontains=wanted) | Q(slug__icontains=wanted))
    return list(rows.order_by("name", "pk").values_list("slug", "name")[:TENANTS_SUGGESTED])


def known_roles() -> list[str]:
    """The roles that members and rules have, by the alphabet; of many members the newest count.

    Two statements.
    """
    members = Membership.objects.order_by("-pk").values_list("roles", flat=True)[:NEWEST]
    ruled = EnrollmentRule.objects.order_by("role").values_list("role", flat=True).distinct()
    found = set(chain(ADMIN_ROLES, chain.from_iterable(members), ruled[:NEWEST])) - {""}
    return sorted(found)[:ROLES_LISTED]


def suggesting(
    plain: Any,  # noqa: ANN401 (a widget, or its base)
    name: str,
    value: Any,  # noqa: ANN401 (see Widget.render)
    attrs: dict[str, Any] | None,
    renderer: Any,  # noqa: ANN401 (see Widget.render)
    *,
    offered: Iterable[tuple[str, str]],
) -> SafeString:
    """A text input and the list of what it suggests, pairs of value and label."""
    list_id = f"{(attrs or {}).get('id', name)}_list"
    return format_html(
        '{}<datalist id="{}">{}</datalist>',
        plain.render(name, value, {**(attrs or {}), "list": list_id}, renderer),
        list_id,
        format_html_join("", '<option value="{}">{}</option>', offered),
    )
