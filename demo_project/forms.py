"""What people fill in."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm, SetPasswordForm
from django.contrib.auth.models import User

from demo_project.models import ApiKey
from demo_project.tenancy import ADMIN, API_ADMIN, BILLING_ADMIN, MEMBER
from otpguard.models import Membership, Tenant

CARD_DIGITS = range(13, 20)
BRANDS = {"4": "Visa", "5": "Mastercard", "3": "American Express", "6": "Discover"}


class SignupForm(BaseUserCreationForm):  # type: ignore[type-arg]  # not generic when it runs
    """E-mail and password: all that an evaluation needs."""

    email = forms.EmailField(
        label="E-mail", max_length=150, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    class Meta:
        model = User
        fields = ("email",)

    def clean_email(self) -> str:
        """The e-mail address is the user name as well, so it must be new."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(username=email).exists():
            raise forms.ValidationError(
                "There is an account with this e-mail address. Log in instead."
            )
        return email

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 (Django's signature)
        """Create the account."""
        self.instance.username = self.cleaned_data["email"]
        user: User = super().save(commit=commit)
        return user


class WorkspaceForm(forms.Form):
    """The last step of signing up."""

    workspace = forms.CharField(
        label="Name of your company", max_length=40, initial="Vandelay Industries"
    )


class PasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # not generic when it runs
    """A new password, twice. Both names say that they are secret."""


class RoleForm(forms.Form):
    """Whom to give which role."""

    member = forms.ModelChoiceField(Membership.objects.none(), to_field_name="pk")
    role = forms.ChoiceField(
        choices=[
            (role, role.replace("_", " ")) for role in (ADMIN, BILLING_ADMIN, API_ADMIN, MEMBER)
        ]
    )

    def __init__(self, tenant: Tenant, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # request.POST or None
        field = self.fields["member"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (declared above)
        rows = Membership.objects.filter(tenant=tenant, active=True).select_related("user")
        field.queryset = rows.order_by("user__username")
        field.label_from_instance = _name_of  # type: ignore[method-assign,assignment]  # Django's hook


def _name_of(membership: Membership) -> str:
    return f"{membership.user} ({', '.join(membership.roles)})"


class CardForm(forms.Form):
    """A card to pay with. Fields named "card" are secret: otpguard never keeps them."""

    holder = forms.CharField(
        label="Name on the card",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "cc-name"}),
    )
    card_number = forms.CharField(
        label="Card number",
        max_length=23,
        help_text="For trying out: 4242 4242 4242 4242",
        widget=forms.TextInput(attrs={"autocomplete": "cc-number", "inputmode": "numeric"}),
    )
    expires = forms.RegexField(
        r"^(0[1-9]|1[0-2])/\d\d$",
        label="Expires",
        help_text="MM/YY",
        error_messages={"invalid": "Month and year, such as 09/29."},
        widget=forms.TextInput(attrs={"autocomplete": "cc-exp", "placeholder": "09/29"}),
    )

    def clean_card_number(self) -> str:
        """The digits, if they pass the check that every card number passes (Luhn)."""
        digits = "".join(filter(str.isdigit, self.cleaned_data["card_number"]))
        if len(digits) not in CARD_DIGITS or not _luhn(digits):
            raise forms.ValidationError("This is not a card number. Check the digits.")
        return digits

    @property
    def brand(self) -> str:
        """What kind of card it is, by its first digit."""
        return BRANDS.get(self.cleaned_data["card_number"][0], "Card")


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0  # noqa: PLR2004 (Luhn)


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A key to create."""

    class Meta:
        model = ApiKey
        fields = ("name", "environment", "scope")
        labels = {"name": "Name", "environment": "Environment", "scope": "Scope"}

    def __init__(self, tenant: Tenant, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # request.POST, JSON or None
        self._tenant = tenant

    def clean(self) -> dict[str, object]:
        """A name is used once in each environment."""
        cleaned = super().clean() or self.cleaned_data
        name, environment = cleaned.get("name"), cleaned.get("environment")
        taken = ApiKey.objects.filter(tenant=self._tenant, name=name, environment=environment)
        if name and environment and taken.exists():
            self.add_error("name", f"There is a {environment} key of this name.")
        return cleaned
