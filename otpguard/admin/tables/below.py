"""Which organizations stand below the preset `defensible`, and where: one page for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import ReadOnlyAdmin, checkpoint_text
from otpguard.admin.tables.industry import industry_column
from otpguard.exceptions import NotAllowed
from otpguard.flows.scope import check_site
from otpguard.flows.tenant.below_defensible import READ, all_below_defensible
from otpguard.forms.team.policy_text import field_label
from otpguard.http.facts import facts_from
from otpguard.labels import Text

TEMPLATE = "admin/otpguard/below.html"
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowLine:
    """One organization. `places` are pairs of an operation and its fields, `url` its page."""

    name: str
    industry: str
    places: Sequence[tuple[str, str]]
    url: str


class BelowAdmin(ReadOnlyAdmin):
    """The list of organizations, with a page of those that stand below."""

    def get_urls(self) -> list[URLPattern]:
        """The page as well."""
        page = self.admin_site.admin_view(self.below_view)
        return [path("below/", page, name="otpguard_tenant_below"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with a link to the page."""
        links: list[tuple[Text, str]] = [
            (_("Below the preset defensible"), self.url_of("otpguard_tenant_below"))
        ]
        return super().changelist_view(request, {**(extra_context or {}), "object_links": links})

    def below_view(self, request: HttpRequest) -> HttpResponse:
        """Who stands below and where. Raises PermissionDenied for who may not see organizations, or
        works inside one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            check_site(facts_from(request))
        except NotAllowed as no:
            raise PermissionDenied from no
        lines = [
            BelowLine(
                name=each.tenant.name,
                industry=industry_column(each.tenant),
                places=[
                    (str(checkpoint_text(slug)), ", ".join(map(field_label, names)))
                    for slug, names in each.fields.items()
                ],
                url=self.url_of("otpguard_tenant_change", str(each.tenant.pk)),
            )
            for each in all_below_defensible(timezone.now())
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Below the preset defensible"),
            "page": Paginator(lines, PAGE).get_page(request.GET.get("p")),
            "read": READ,
            "list_url": self.url_of("otpguard_tenant_changelist"),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, TEMPLATE, context)
