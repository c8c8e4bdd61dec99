"""Tenants: their contract and settings, and the actions that change them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from otpguard.admin.actions import CHECKPOINT, ObjectAction
from otpguard.admin.approval import ASKED
from otpguard.admin.audit.log_check import VerifyLog
from otpguard.admin.base import NOTHING, badge, saved
from otpguard.admin.closure.keep_open import KeepOpen, closes_column
from otpguard.admin.tables.below import BelowAdmin
from otpguard.admin.tables.costs import costs_table
from otpguard.admin.tables.coverage import coverage_table
from otpguard.admin.tables.industry import below_column, industry_column
from otpguard.admin.tables.routing import routes_table
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.presets import Tier, tier_of
from otpguard.database import transaction
from otpguard.flows.erase import check_removal, remove_tenant
from otpguard.flows.factor.import_tokens import import_tokens
from otpguard.flows.tenant.member_request import set_member_or_ask
from otpguard.flows.tenant.provision import change_tenant, create_tenant
from otpguard.forms.membership import NewMemberForm
from otpguard.forms.suggestions import find_tenants
from otpguard.forms.tenant import NewTenantForm, TenantForm, initial_of
from otpguard.forms.tokens import TokensForm
from otpguard.http.facts import facts_from
from otpguard.http.guard import require
from otpguard.labels import Text
from otpguard.models import Approval, Tenant


class CreateTenant(ObjectAction):
    """A new tenant, without members yet."""

    slug, label, on_list = "create", _("Create organization"), True
    form_class = NewTenantForm

    def target(self, form: NewTenantForm) -> str:
        """The name it will have."""
        return f"{self.label}: {form.cleaned_data['name']}"

    def run(self, facts: RequestFacts, form: NewTenantForm) -> Text:
        """Calls the flow `create_tenant`."""
        values = form.values
        self.obj = create_tenant(
            facts=facts, slug=form.cleaned_data["slug"], name=values.pop("name"), **values
        )
        return _("The organization was created. Add its first administrator next.")


class ChangeTenant(ObjectAction):
    """Name, brand, contract and facts of a tenant."""

    slug, label = "change", _("Change")
    help = _(
        "A contract that crosses the enterprise line changes the organization's policy at once."
    )
    form_class = TenantForm

    def initial(self) -> dict[str, Any]:
        """The tenant as it is."""
        return initial_of(self.obj)

    def run(self, facts: RequestFacts, form: TenantForm) -> Text:
        """Calls the flow `change_tenant`."""
        changed = change_tenant(
            facts=facts, tenant=self.obj, values=form.values, reason=form.cleaned_data["reason"]
        )
        return saved(changed)


class SuspendTenant(ObjectAction):
    """Members of a suspended tenant pass no checkpoint."""

    slug, label, grave = "suspend", _("Suspend"), True
    help = _(
        "Its members can no longer pass any checkpoint, and all their proofs here end at once."
    )

    def is_offered(self) -> bool:
        """Only an active one."""
        return bool(self.obj.status == Tenant.Status.ACTIVE)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `change_tenant`."""
        return _set_status(facts, self.obj, Tenant.Status.SUSPENDED, form)


class ActivateTenant(ObjectAction):
    """A suspended tenant works again; its members must prove again who they are."""

    slug, label = "activate", _("Activate")

    def is_offered(self) -> bool:
        """Only a suspended one."""
        return bool(self.obj.status != Tenant.Status.ACTIVE)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `change_tenant`."""
        return _set_status(facts, self.obj, Tenant.Status.ACTIVE, form)


class AddToTenant(ObjectAction):
    """Somebody with an account, as a member of this tenant."""

    slug, label = "add-member", _("Add member")
    help = _("If the person is already a member, their roles are changed.")
    form_class = NewMemberForm

    def run(self, facts: RequestFacts, form: NewMemberForm) -> Text:
        """Calls the flow `set_member_or_ask`."""
        cleaned = form.cleaned_data
        member = set_member_or_ask(
            facts=facts,
            tenant=self.obj,
            user_id=cleaned["username"],
            roles=cleaned["roles"],
            active=cleaned["active"],
            reason=cleaned["reason"],
        )
        if isinstance(member, Approval):
            return ASKED
        return _("%(member)s was saved.") % {"member": member}


class ImportTokens(ObjectAction):
    """Hardware tokens for members of this tenant, as a list."""

    slug, label = "import-tokens", _("Import tokens")
    help = _(
        "Hardware tokens for members of this organization. They count here only, from now on."
        " With one mistake in the list nothing is imported."
    )

    def form(self, data: Any = None) -> TokensForm:  # noqa: ANN401 (a QueryDict or None)
        """A form that knows the tenant and the actor."""
        return TokensForm(data, facts=facts_from(self.request), tenant=self.obj)

    def run(self, facts: RequestFacts, form: TokensForm) -> Text:
        """Calls the flow `import_tokens`."""
        count = len(import_tokens(facts=facts, tenant=self.obj, **form.file))
        return ngettext(
            "%(count)d token was imported.", "%(count)d tokens were imported.", count
        ) % {"count": count}


def _set_status(facts: RequestFacts, tenant: Tenant, status: Tenant.Status, form: Any) -> Text:  # noqa: ANN401 (a form of ours or none)
    change_tenant(
        facts=facts,
        tenant=tenant,
        values={"status": status.value},
        reason=form.cleaned_data["reason"],
    )
    return _("%(tenant)s is %(status)s.") % {"tenant": tenant, "status": status.label}


@admin.register(Tenant)
class TenantAdmin(BelowAdmin):
    """Tenants by name."""

    object_actions = (
        CreateTenant,
        ChangeTenant,
        AddToTenant,
        ImportTokens,
        VerifyLog,
        SuspendTenant,
        ActivateTenant,
        KeepOpen,
    )
    list_display = ("name", "slug", "state", "tier", "region", "members", "created_at")
    actions = ()  # Django's own, to delete many
    list_filter = ("status", "region")
    search_fields = ("name", "slug", "external_id")
    fields: ClassVar[Any] = (  # some are functions, which Django takes and its types do not
        "name",
        "slug",
        "brand",
        "logo",
        "state",
        "annual_contract_value",
        "tier",
        industry_column,
        below_column,
        "region",
        "footprint_text",
        "tags_text",
        "external_id",
        "legal_hold",
        closes_column,
        "created_at",
        "coverage",
        "costs",
        "routes",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        """With the number of active members, in the same statement."""
        active = Count("memberships", filter=Q(memberships__active=True))
        rows: QuerySet[Tenant] = super().get_queryset(request)
        return rows.annotate(active_members=active)

    def get_urls(self) -> list[URLPattern]:
        """The names that forms suggest as well."""
        view = self.admin_site.admin_view(self.names_view)
        return [path("names/", view, name="otpguard_tenant_names"), *super().get_urls()]

    def names_view(self, request: HttpRequest) -> JsonResponse:
        """Short names and names of a few tenants, for people who may see all: JSON `names`."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = find_tenants(request.GET.get("q", ""))
        return JsonResponse({"names": found})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401 (Django's signature)
        """With the permission to delete tenants, unless a legal hold keeps this one."""
        may = request.user.has_perm(f"{self.opts.app_label}.delete_{self.opts.model_name}")
        return may and not (obj is not None and obj.legal_hold)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:  # noqa: ANN401 (Django's signature)
        """After the step-up: Django logs before it deletes, and for many without a transaction."""
        self._confirm(request, list(queryset))
        return super().log_deletions(request, queryset)

    def delete_model(self, request: HttpRequest, obj: Tenant) -> None:
        """After a step-up, by the flow `remove_tenant`."""
        self._remove(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        """After one step-up for all of them, by the flow `remove_tenant`: all or none."""
        self._remove(request, list(queryset.order_by("pk")))

    def _confirm(self, request: HttpRequest, tenants: list[Tenant]) -> None:
        check_removal(facts_from(request))
        names = ", ".join(sorted(tenant.name for tenant in tenants))
        about = {"delete": sorted(str(tenant.pk) for tenant in tenants)}
        require(request, CHECKPOINT, target=f"{_('Delete organization')}: {names}", body=about)

    def _remove(self, request: HttpRequest, tenants: list[Tenant]) -> None:
        self._confirm(request, tenants)
        facts = facts_from(request)
        with transaction.atomic():
            for tenant in tenants:
                remove_tenant(facts=facts, tenant=tenant)

    def links(self, request: HttpRequest, obj: Tenant) -> list[tuple[Text, str]]:
        """Its people, its wishes and its events."""
        found: list[tuple[Text, str]] = [
            (_("Members"), self.list_url("membership", tenant__id__exact=obj.pk)),
            (_("Events"), self.list_url("event", tenant=obj.pk)),
            (_("Enrollment rules"), self.list_url("enrollmentrule", tenant__id__exact=obj.pk)),
            (_("Policy exceptions"), self.list_url("policyexception", tenant__id__exact=obj.pk)),
        ]
        if request.user.has_perm("otpguard.view_policywish"):
            whole = self.url_of("otpguard_policywish_whole", obj.pk)
            found.append((_("Whole policy"), whole))
        if request.user.has_perm("otpguard.change_policywish"):
            policy = self.url_of("otpguard_policywish_do_choose", tenant=obj.slug)
            found.append((_("Policy"), policy))
        if self.has_delete_permission(request, obj):
            url = self.url_of("otpguard_tenant_delete", quote(obj.pk))
            found.append((_("Delete"), url))
        return found

    @admin.display(description=_("status"))
    def state(self, obj: Tenant) -> SafeString:
        """The status as a label."""
        tone = "good" if obj.status == Tenant.Status.ACTIVE else "bad"
        return badge(obj.get_status_display(), tone)

    @admin.display(description=_("tier"))
    def tier(self, obj: Tenant) -> str:
        """The tier, which follows from the contract."""
        tier = tier_of(obj.annual_contract_value, enterprise_from=settings().enterprise_from)
        return str(_("enterprise") if tier is Tier.ENTERPRISE else _("standard"))

    @admin.display(description=_("active members"))
    def members(self, obj: Any) -> int:  # noqa: ANN401 (an annotated row)
        """How many people belong to it."""
        return int(obj.active_members)

    @admin.display(description=_("tags"))
    def tags_text(self, obj: Tenant) -> str:
        """The tags as words."""
        return ", ".join(obj.tags) or NOTHING

    @admin.display(description=_("footprint"))
    def footprint_text(self, obj: Tenant) -> str:
        """The countries of its own."""
        return ", ".join(obj.footprint) or NOTHING

    @admin.display(description=_("enrollment"))
    def coverage(self, obj: Tenant) -> SafeString:
        """How far enrollment has come."""
        return coverage_table(obj)

    @admin.display(description=_("costs"))
    def costs(self, obj: Tenant) -> SafeString:
        """What its messages cost in this month and the last."""
        return costs_table(obj)

    @admin.display(description=_("routes"))
    def routes(self, obj: Tenant) -> SafeString:
        """Which routes its codes take, and why the others are not used."""
        return routes_table(obj)
