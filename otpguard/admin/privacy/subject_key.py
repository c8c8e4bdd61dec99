"""References of people in the audit log: export or erase somebody, or put a legal hold on them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin
from otpguard.admin.lists.filters import happened
from otpguard.audit.erasure_journal import JournalError
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.factor.reset import CHECKPOINT
from otpguard.flows.privacy.erase_subject import erase_subject
from otpguard.flows.privacy.export_subject import export_subject
from otpguard.flows.privacy.legal_hold import place_legal_hold
from otpguard.forms.privacy.person_export import PersonExportForm
from otpguard.http.privacy.person_file import person_file
from otpguard.http.uncached import uncached
from otpguard.labels import Text
from otpguard.models import SubjectKey


class _OfSomebody(ObjectAction):
    """Offered until the person is erased, also after their account was deleted."""

    checkpoint = CHECKPOINT

    def is_offered(self) -> bool:
        """Only while the reference leads to a person."""
        return bool(self.obj.user_key)


class ErasePerson(_OfSomebody):
    """Nothing leads to the person any more."""

    slug, label, grave = "erase", _("Erase"), True
    help = _(
        "Deletes the factors, proofs, messages and memberships of this person, and destroys the key"
        " of what is personal in the audit log. This cannot be undone. Proofs of the log stay"
        " valid. Bundles and copies in other systems are not reached."
    )

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `erase_subject`."""
        try:
            erase_subject(
                facts=facts, user_id=self.obj.user_key, reason=form.cleaned_data["reason"]
            )
        except JournalError:
            raise NotAllowed(
                str(_("The journal of erasures cannot be written. Nothing was erased."))
            ) from None
        return _("The person was erased.")


class ExportPerson(_OfSomebody):
    """What is stored about the person, as a file for them."""

    slug, label = "export", _("Export")
    form_class = PersonExportForm
    help = _(
        "A file with everything that is stored about this person, in all organizations. Secrets"
        " and data about other people are left out. Give it only to that person."
    )
    _file: HttpResponse | None = None

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `export_subject`."""
        found = export_subject(
            facts=facts, user_id=self.obj.user_key, reason=form.cleaned_data["reason"]
        )
        self._file = person_file(found, form.cleaned_data["format"], name=str(self.obj.pk))
        return _("The file was made.")

    def respond(self) -> HttpResponse:
        """As the base; when the flow is done the answer is the file, which no cache keeps."""
        answer = super().respond()
        return answer if self._file is None else uncached(self._file)


class PlaceLegalHold(_OfSomebody):
    """The person is kept until the hold is lifted."""

    slug, label = "place-legal-hold", _("Place a legal hold")
    help = _("Until it is lifted, this person cannot be erased, nor their account deleted.")

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `place_legal_hold`."""
        place_legal_hold(facts=facts, user_id=self.obj.user_key, reason=form.cleaned_data["reason"])
        return _("The legal hold is on.")


@admin.register(SubjectKey)
class SubjectKeyAdmin(ReadOnlyAdmin):
    """References, the newest first."""

    object_actions = (ExportPerson, ErasePerson, PlaceLegalHold)
    titled_by = ("ref",)
    list_display = ("ref", "user_key", "created_at", "erased_at")
    list_filter = (("erased_at", happened(_("erased"))),)
    search_fields = ("ref", "user_key")
    fields = ("ref", "user_key", "created_at", "erased_at")
