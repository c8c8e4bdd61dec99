"""How the tenant pays: a class-based form that is guarded in `form_valid`."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.generic import FormView

import otpguard
from demo_project.forms import CardForm
from demo_project.models import PaymentMethod
from demo_project.tenancy import ADMIN, BILLING_ADMIN, MemberRequest, member_required


class Billing(FormView):  # type: ignore[type-arg]  # not generic when it runs
    """Show and change the card. What was typed into `card_number` is never kept by otpguard."""

    template_name = "demo/billing.html"
    form_class = CardForm
    success_url = reverse_lazy("billing")
    request: MemberRequest

    def form_valid(self, form: CardForm) -> HttpResponse:
        """The card is valid: ask for proof, store its last digits, and tell the billing admins."""
        digits = form.cleaned_data["card_number"]
        otpguard.require(self.request, "billing_change", target=f"card ending in {digits[-4:]}")
        before = PaymentMethod.objects.filter(tenant=self.request.membership.tenant).first()
        PaymentMethod.objects.update_or_create(
            tenant=self.request.membership.tenant,
            defaults={
                "holder": form.cleaned_data["holder"],
                "brand": form.brand,
                "last4": digits[-4:],
                "expires": form.cleaned_data["expires"],
                "changed_by": self.request.user,
                "changed_at": timezone.now(),
            },
        )
        otpguard.billing_changed(
            self.request,
            field="card",
            old=f"{before.brand} {before.last4}" if before else "",
            new=digits,
        )
        messages.success(self.request, f"You pay with the card ending in {digits[-4:]} now.")
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 (Django's)
        """Add the card in use."""
        card = PaymentMethod.objects.filter(tenant=self.request.membership.tenant).first()
        return super().get_context_data(card=card, **kwargs)


billing = member_required(ADMIN, BILLING_ADMIN)(Billing.as_view())
