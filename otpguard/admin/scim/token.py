"""Tokens of customers' directories: made, rotated and revoked; a secret is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge
from otpguard.admin.keys.shown_once import ShownOnce
from otpguard.admin.lists.filters import happened
from otpguard.core.facts import RequestFacts
from otpguard.flows.scim.token import NewToken, create_token, revoke_token, rotate_token
from otpguard.forms.enterprise.scim import NewTokenForm, RotationForm
from otpguard.labels import Text
from otpguard.models import ScimToken


class ScimSecret(ShownOnce):
    """What makes a token shows its secret, with the URL for the directory."""

    shown_on = "admin/otpguard/scim_secret.html"

    def show(self, made: NewToken) -> None:
        """Show the secret of this token when the flow is done."""
        self.keep(made.row, made.secret)


class CreateScimToken(ScimSecret):
    """A token for a directory."""

    slug, label, on_list = "create", _("Create token"), True
    help = _("The directory of an organization comes with it. You see the secret once.")
    form_class = NewTokenForm

    def target(self, form: NewTokenForm) -> str:
        """Which organization it opens."""
        return f"{self.label}: {form.cleaned_data['tenant'].name}"

    def run(self, facts: RequestFacts, form: NewTokenForm) -> Text:
        """Calls the flow `create_token`."""
        given = form.cleaned_data
        self.show(
            create_token(
                facts=facts,
                tenant=given["tenant"],
                name=given["name"],
                scope=given["scope"],
                lifetime=form.lifetime,
            )
        )
        return _("The token was created.")


class RotateScimToken(ScimSecret):
    """A successor, while the token still works for a while."""

    slug, label = "rotate", _("Rotate")
    help = _("You see the new secret once. The old token works on for as long as you say.")
    form_class = RotationForm

    def is_offered(self) -> bool:
        """For a token that works."""
        return is_live(self.obj)

    def run(self, facts: RequestFacts, form: RotationForm) -> Text:
        """Calls the flow `rotate_token`."""
        overlap = timedelta(days=form.cleaned_data["overlap"])
        self.show(
            rotate_token(facts=facts, token=self.obj, overlap=overlap, lifetime=form.lifetime)
        )
        return _("The token was rotated.")


class RevokeScimToken(ObjectAction):
    """A token ends at once."""

    slug, label, grave = "revoke", _("Revoke"), True
    help = _("The directory can change nothing with it any more, at once.")

    def is_offered(self) -> bool:
        """For a token that works."""
        return is_live(self.obj)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `revoke_token`."""
        revoke_token(facts=facts, token=self.obj, reason=form.cleaned_data["reason"])
        return _("The token was revoked.")


def is_live(row: ScimToken) -> bool:
    """Whether a token still opens something."""
    return row.revoked_at is None and row.expires_at > timezone.now()


@admin.register(ScimToken)
class ScimTokenAdmin(ReadOnlyAdmin):
    """Tokens, the newest first. Never a secret."""

    object_actions = (CreateScimToken, RotateScimToken, RevokeScimToken)
    titled_by = ("name", "tenant")
    list_display = ("name", "tenant", "scope", "state", "expires_at", "used_at", "created_at")
    list_filter = ("scope", ("revoked_at", happened(_("revoked"))))
    search_fields = ("name", "prefix", "tenant__name", "tenant__slug")
    search_people = ("created_by",)
    list_select_related = ("tenant", "created_by")
    fields = (
        "name",
        "tenant",
        "scope",
        "prefix",
        "state",
        "created_at",
        "created_by",
        "expires_at",
        "rotated_at",
        "used_at",
        "revoked_at",
    )

    @admin.display(description=_("state"))
    def state(self, obj: ScimToken) -> SafeString:
        """Whether the token opens something."""
        return badge(_("in use"), "good") if is_live(obj) else badge(_("ended"))
