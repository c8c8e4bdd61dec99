"""API keys of Acme CRM's own: otpguard asks for the proof and keeps the ledger."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from demo_project import minting
from demo_project.forms import KeyForm
from demo_project.models import ApiKey
from demo_project.tenancy import ADMIN, API_ADMIN, MemberRequest, current, member_required
from otpguard import keys as api_keys
from otpguard.core.decision import Allow
from otpguard.models import KeyRecord


@member_required(ADMIN, API_ADMIN)
@require_http_methods(["GET", "POST"])
def keys(request: MemberRequest) -> HttpResponse:
    """List the keys; create one. What is asked for depends on the key and the organization."""
    tenant = request.membership.tenant
    form = KeyForm(tenant, request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        # Valid, and nothing is done yet: this is the moment to ask (step-up costs people time).
        passed = api_keys.require_for_key(request, "create", **wanted, form=form)
        with transaction.atomic():
            key, secret = minting.mint(tenant=tenant, user=request.user, **wanted)
            api_keys.record_key(request, "create", minting.told(key), passed=passed)
        return _page(request, KeyForm(tenant), fresh=key, secret=secret)
    return _page(request, form)


@member_required(ADMIN, API_ADMIN)
@require_POST
def rotate(request: MemberRequest, key_id: int) -> HttpResponse:
    """Give a key a new secret."""
    key = _key(request, key_id)
    passed = _ask(request, "rotate", key)
    with transaction.atomic():
        secret = minting.rotate(key)
        api_keys.record_key(request, "rotate", minting.told(key), passed=passed)
    return _page(request, KeyForm(request.membership.tenant), fresh=key, secret=secret)


@member_required(ADMIN, API_ADMIN)
@require_POST
def change_scope(request: MemberRequest, key_id: int) -> HttpResponse:
    """Let a key write that could only read, or the other way round."""
    key = _key(request, key_id)
    scopes = {ApiKey.Scope.READ: ApiKey.Scope.WRITE, ApiKey.Scope.WRITE: ApiKey.Scope.READ}
    key.scope = scopes[ApiKey.Scope(key.scope)]
    passed = _ask(request, "change_scope", key)
    with transaction.atomic():
        key.save(update_fields=["scope"])
        api_keys.record_key(request, "change_scope", minting.told(key), passed=passed)
    return redirect("keys")


@member_required(ADMIN, API_ADMIN)
@require_POST
def delete(request: MemberRequest, key_id: int) -> HttpResponse:
    """End a key; its line stays in the ledger."""
    key = _key(request, key_id)
    passed = _ask(request, "delete", key)
    with transaction.atomic():
        api_keys.record_key(request, "delete", minting.told(key), passed=passed)
        key.delete()
    return redirect("keys")


def _key(request: MemberRequest, key_id: int) -> ApiKey:
    return get_object_or_404(ApiKey, pk=key_id, tenant=request.membership.tenant)


def _ask(request: HttpRequest, action: str, key: ApiKey) -> Allow:
    return api_keys.require_for_key(
        request, action, name=key.name, environment=key.environment, scope=key.scope
    )


def _page(
    request: HttpRequest, form: KeyForm, *, fresh: ApiKey | None = None, secret: str = ""
) -> HttpResponse:
    membership = current(request)
    tenant = membership.tenant if membership else None
    rows = ApiKey.objects.filter(tenant=tenant).select_related("created_by")
    ledger = {row.reference: row for row in KeyRecord.objects.filter(tenant=tenant)}
    return render(
        request,
        "demo/keys.html",
        {
            "form": form,
            "keys": [(key, ledger.get(str(key.pk))) for key in rows],
            "fresh": fresh,
            "secret": secret,
        },
        status=400 if form.errors else 200,
    )
