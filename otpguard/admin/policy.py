"""Policy wishes: what the site and its tenants ask, in versions, and the page that changes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, checkpoint_text
from otpguard.admin.lists.filters import SITE, CheckpointFilter
from otpguard.admin.tables.policy_scope import Place, rows_of
from otpguard.admin.tables.whole_policy import whole_policy
from otpguard.conf import settings
from otpguard.core.checkpoints import EVERY
from otpguard.core.facts import RequestFacts
from otpguard.flows.tenant.policy_request import change_or_ask
from otpguard.forms.policy import PolicyForm, initial_of
from otpguard.forms.team.policy_text import field_label, words
from otpguard.forms.tenant import PolicyPlaceForm
from otpguard.labels import Text
from otpguard.models import Approval, PolicyWish, Tenant


class ChoosePlace(ObjectAction):
    """The way to the page that changes wishes; it changes nothing itself."""

    slug, label, on_list = "choose", _("Change wishes"), True
    template = "choose_place.html"

    def respond(self) -> HttpResponse:
        """Go on to the page of the place that was chosen."""
        asked = self.request.GET
        form = PolicyPlaceForm(asked if "checkpoint" in asked else None, initial=asked.dict())
        if form.is_bound and form.is_valid():
            place = Place(
                tenant=form.cleaned_data["tenant"], checkpoint=form.cleaned_data["checkpoint"]
            )
            return HttpResponseRedirect(place.url(self.model_admin.admin_site.name))
        return self._page(form, status=400 if form.is_bound else 200)


class ChangeWishes(ObjectAction):
    """A new version of the wishes of one place."""

    slug, label = "set", _("Change wishes")
    help = _("Leave a field empty to inherit the more general value. No wish goes below the floor.")
    template = "wishes.html"

    def initial(self) -> dict[str, Any]:
        """The current version."""
        current = self.obj.current()
        return initial_of(current.wishes) if current else {}

    def form(self, data: Any = None) -> forms.Form:  # noqa: ANN401 (a QueryDict or None)
        """The site may set every field."""
        return PolicyForm(data, by_tenant=False, place=self.obj.checkpoint, initial=self.initial())

    def context(self, form: forms.Form) -> dict[str, Any]:
        """Each field with what counts now, the default and the floor."""
        return {"rows": rows_of(self.obj, form), "place": self.obj}

    def run(self, facts: RequestFacts, form: PolicyForm) -> Text:
        """See flows.tenant.policy_request.change_or_ask."""
        place: Place = self.obj
        done = change_or_ask(
            facts=facts, tenant=place.tenant, checkpoint=place.checkpoint, wishes=form.wishes
        )
        if isinstance(done, Approval):
            return _("Another administrator has to approve this. Nothing has changed yet.")
        for name, granted in done.clamped.items():
            text = _("“%(field)s”: you asked for %(asked)s, the floor grants %(granted)s.") % {
                "field": field_label(name),
                "asked": words(name, form.cleaned_data[name]),
                "granted": words(name, granted),
            }
            messages.warning(self.request, str(text))
        if done.weakened:
            names = ", ".join(map(field_label, done.weakened))
            weaker = _("Weaker than before: %(names)s.") % {"names": names}
            messages.warning(self.request, str(weaker))
        return _("Saved as version %(version)d.") % {"version": done.version}

    def next_url(self) -> str:
        """The page itself, with what counts now."""
        place: Place = self.obj
        return place.url(self.model_admin.admin_site.name)

    def subtitle(self) -> str:
        """The checkpoint, and whose wishes."""
        return str(self.obj)

    def back_url(self) -> str:
        """The list."""
        return self.model_admin.page_of(None)


@admin.register(PolicyWish)
class PolicyWishAdmin(ReadOnlyAdmin):
    """Wishes of the site and of tenants, every version."""

    object_actions = (ChoosePlace,)
    titled_by = ("checkpoint_name", "whose")
    list_display = ("checkpoint_name", "whose", "version", "state", "asks", "author", "at")
    list_filter = ("current", CheckpointFilter)
    search_fields = ("checkpoint", "tenant__name", "tenant__slug")
    list_select_related = ("tenant", "author")
    fields = ("checkpoint_name", "whose", "version", "state", "asks", "author", "at")

    def get_urls(self) -> list[URLPattern]:
        """The page of one place as well."""
        view = self.admin_site.admin_view(self.set_view)
        route = path("do/set/<str:scope>/<str:checkpoint>/", view, name="otpguard_policywish_set")
        whole = path(
            "whole/<str:scope>/",
            self.admin_site.admin_view(self.whole_view),
            name="otpguard_policywish_whole",
        )
        return [route, whole, *super().get_urls()]

    def set_view(self, request: HttpRequest, scope: str, checkpoint: str) -> HttpResponse:
        """Show or change the wishes of one place."""
        if not self.may_act(request):
            raise PermissionDenied
        return ChangeWishes(self, request, _place(scope, checkpoint)).respond()

    def whole_view(self, request: HttpRequest, scope: str) -> HttpResponse:
        """All that counts for a tenant, or for the site, on one page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        place = _place(scope, EVERY)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Whole policy"),
            "subtitle": str(place.tenant or _("the site")),
            "list_title": capfirst(str(self.opts.verbose_name_plural)),
            "sections": whole_policy(place.tenant, site=self.admin_site.name, now=timezone.now()),
            "may_change": self.may_act(request),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/otpguard/whole_policy.html", context)

    def links(self, request: HttpRequest, obj: PolicyWish) -> list[tuple[Text, str]]:
        """All versions, and the page that makes the next."""
        scope = {"tenant__id__exact": obj.tenant_id} if obj.tenant_id else {"tenant__isnull": 1}
        versions: dict[str, Any] = {"checkpoint": obj.checkpoint, **scope}
        whole = self.url_of("otpguard_policywish_whole", obj.tenant_id or SITE)
        found: list[tuple[Text, str]] = [
            (_("All versions"), self.list_url("policywish", **versions)),
            (_("Whole policy"), whole),
        ]
        if self.may_act(request):
            place = Place(tenant=obj.tenant, checkpoint=obj.checkpoint)
            found.append((_("Change wishes"), place.url(self.admin_site.name)))
        return found

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow the filter that the links use."""
        own = {"tenant__id__exact", "tenant__isnull"}
        return lookup in own or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("checkpoint"))
    def checkpoint_name(self, obj: PolicyWish) -> str:
        """The checkpoint in words."""
        return checkpoint_text(obj.checkpoint)

    @admin.display(description=_("whose"))
    def whose(self, obj: PolicyWish) -> str:
        """The tenant, or the site."""
        return str(obj.tenant or _("the site"))

    @admin.display(description=_("state"))
    def state(self, obj: PolicyWish) -> SafeString:
        """Whether this version is in force."""
        return badge(_("current"), "good") if obj.current else badge(_("replaced"))

    @admin.display(description=_("asks"))
    def asks(self, obj: PolicyWish) -> SafeString | str:
        """The wishes, a line each."""
        lines = [(field_label(name), words(name, value)) for name, value in obj.wishes.items()]
        return format_html_join("", "<div>{}: {}</div>", lines) or NOTHING


def _place(scope: str, checkpoint: str) -> Place:
    if checkpoint != EVERY and checkpoint not in settings().checkpoints:
        raise Http404
    if scope == SITE:
        return Place(tenant=None, checkpoint=checkpoint)
    try:
        tenant = Tenant.objects.filter(pk=UUID(scope)).first()
    except ValueError:
        tenant = None
    if tenant is None:
        raise Http404
    return Place(tenant=tenant, checkpoint=checkpoint)
