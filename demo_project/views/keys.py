"""API keys: a form guarded after validation, and a rotation guarded by the mixin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

import otpguard
from demo_project import minting
from demo_project.forms import KeyForm
from demo_project.models import ApiKey
from demo_project.tenancy import ADMIN, API_ADMIN, MemberRequest, current, member_required
from otpguard import CheckpointRequiredMixin


@member_required(ADMIN, API_ADMIN)
@require_http_methods(["GET", "POST"])
def keys(request: MemberRequest) -> HttpResponse:
    """List the keys; create one. The checkpoint depends on what is asked for."""
    tenant = request.membership.tenant
    form = KeyForm(tenant, request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        # Valid, and nothing is done yet: this is the moment to ask (step-up costs people time).
        otpguard.require(
            request,
            minting.checkpoint_for(wanted["environment"]),
            target=f"{wanted['environment']} key '{wanted['name']}'",
            form=form,
        )
        key, secret = minting.mint(tenant=tenant, user=request.user, **wanted)
        return _page(request, KeyForm(tenant), fresh=key, secret=secret)
    return _page(request, form)


class Rotate(CheckpointRequiredMixin):
    """Give a key a new secret. Every method of a class with the mixin is guarded."""

    checkpoint = "api_key"
    http_method_names = ["post"]

    @staticmethod
    def checkpoint_target(request: HttpRequest, key_id: int) -> str:
        """What the step-up page names: the key, if it is one of this tenant."""
        membership = current(request)
        rows = ApiKey.objects.filter(pk=key_id, tenant=membership.tenant if membership else None)
        return f"rotation of {rows.first() or 'a key'}"

    def post(self, request: MemberRequest, key_id: int) -> HttpResponse:
        """Rotate; a production key asks for what production keys ask for."""
        tenant = request.membership.tenant
        key = get_object_or_404(ApiKey, pk=key_id, tenant=tenant)
        if key.environment == ApiKey.Environment.PRODUCTION:
            otpguard.require(request, "api_key.production", target=f"rotation of {key}")
        return _page(request, KeyForm(tenant), fresh=key, secret=minting.rotate(key))


rotate = member_required(ADMIN, API_ADMIN)(Rotate.as_view())


def _page(
    request: HttpRequest, form: KeyForm, *, fresh: ApiKey | None = None, secret: str = ""
) -> HttpResponse:
    membership = current(request)
    rows = ApiKey.objects.filter(tenant=membership.tenant if membership else None)
    return render(
        request,
        "demo/keys.html",
        {
            "form": form,
            "keys": rows.select_related("created_by"),
            "fresh": fresh,
            "secret": secret,
        },
        status=400 if form.errors else 200,
    )
