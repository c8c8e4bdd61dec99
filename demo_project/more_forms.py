"""What people fill in for the operations beside the seven."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from demo_project.tenancy import ADMIN, MEMBER
from otpguard import Payment
from otpguard.core.payment import PaymentError


class InviteForm(forms.Form):
    """Whom to invite as what."""

    email = forms.EmailField(label="E-mail", initial="kim@example.com")
    role = forms.ChoiceField(label="Role", choices=[(MEMBER, "member"), (ADMIN, "admin")])


class ProjectForm(forms.Form):
    """What the first project is called."""

    name = forms.CharField(label="Name", max_length=40, initial="Moonshot")


class EmailForm(forms.Form):
    """A new e-mail address."""

    email = forms.EmailField(label="E-mail", initial="bob.new@acme.example")


class ProofLifeForm(forms.Form):
    """How long a proof counts at the export of contacts."""

    minutes = forms.IntegerField(label="Minutes", min_value=1, max_value=20, initial=15)


class DealForm(forms.Form):
    """A new value of the deal, in dollars."""

    dollars = forms.IntegerField(label="Dollars a year", min_value=1, max_value=10_000_000)


class PayForm(forms.Form):
    """Whom to pay how much. `payment` is there once the form is valid."""

    payment: Payment

    amount = forms.DecimalField(
        label="Amount in EUR", min_value=Decimal("0.01"), max_digits=9, decimal_places=2
    )
    payee = forms.CharField(label="Payee", initial="Ann & Co")
    account = forms.CharField(label="IBAN", initial="DE02 1203 0000 0000 2020 51")

    def clean(self) -> dict[str, object]:
        """Amount and payee as they will be shown and signed, or what cannot be shown."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            self.payment = Payment(
                amount=cleaned["amount"].quantize(Decimal("0.01")),
                currency="EUR",
                payee=cleaned["payee"],
                account=cleaned["account"],
            )
        except PaymentError as error:
            self.add_error(error.field, str(error))
        return cleaned
