"""Who belongs to the tenant, and who may do what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

import otpguard
from demo_project.forms import RoleForm
from demo_project.tenancy import ADMIN, MemberRequest, member_required
from otpguard.flows.tenant import provision
from otpguard.http.facts import facts_from
from otpguard.models import Membership


@member_required()
@require_http_methods(["GET", "POST"])
def members(request: MemberRequest) -> HttpResponse:
    """List the members; an admin grants a role. The proof is bound to this one grant.

    The flow writes the event and puts the 24 h hold on the new admin.
    """
    tenant = request.membership.tenant
    may_grant = ADMIN in request.membership.roles
    form = RoleForm(tenant, request.POST or None)
    if may_grant and request.method == "POST" and form.is_valid():
        member: Membership = form.cleaned_data["member"]
        role = form.cleaned_data["role"]
        otpguard.require(request, "role_grant", target=f"{role} role for {member.user}")
        provision.set_member(
            facts=facts_from(request),
            tenant=tenant,
            user_id=str(member.user.pk),
            roles=[*member.roles, role],
            active=True,
        )
        messages.success(request, f"{member.user} has the role {role} now.")
        return redirect("members")
    rows = (
        Membership.objects.filter(tenant=tenant).select_related("user").order_by("user__username")
    )
    return render(
        request, "demo/members.html", {"rows": rows, "form": form, "may_grant": may_grant}
    )
