"""Input of an export of the audit log: one form for admin and API, so both refuse the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.audit_export import ExportFormat, LogSelection
from otpguard.core.host_event import known_event
from otpguard.forms.tenant_field import TenantField
from otpguard.labels import Text

_LOCAL = "%Y-%m-%dT%H:%M"
FORMATS: Mapping[ExportFormat, Text] = {
    ExportFormat.BUNDLE: _("With proofs (a zip, the whole log)"),
    ExportFormat.CSV: _("Table (CSV)"),
    ExportFormat.JSONL: _("As it was recorded (JSON Lines)"),
    ExportFormat.OCSF: _("For a SIEM (OCSF 1.8.0)"),
}


class _MomentField(forms.DateTimeField):
    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL)
        super().__init__(**{"required": False, "widget": widget, **options})


class LogExportForm(forms.Form):
    """Which events, and in which format."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=[(each.value, text) for each, text in FORMATS.items()],
        help_text=_("Only the zip with proofs shows that nothing is missing or changed."),
    )
    since = _MomentField(label=_("From"))
    until = _MomentField(label=_("Until"))
    actor = forms.CharField(
        label=_("Done by"), required=False, max_length=64, help_text=_("The id of a user.")
    )
    kind = forms.CharField(
        label=_("Event"),
        required=False,
        max_length=40,
        help_text=_("Its code, such as challenge.verified."),
    )
    checkpoint = forms.CharField(
        label=_("Checkpoint"), required=False, max_length=81, help_text=_("Its short name.")
    )
    story = forms.UUIDField(label=_("Story"), required=False)

    def clean_kind(self) -> str:
        """A code that is known. Raises ValidationError."""
        kind = str(self.cleaned_data["kind"])
        if kind and known_event(kind) is None:
            raise forms.ValidationError(_("There is no such event."))
        return kind

    def clean(self) -> dict[str, Any]:
        """Times in their order; proofs with the whole log alone."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since >= until:
            self.add_error("until", _("This must be after the beginning."))
        if not self.errors and self.export is ExportFormat.BUNDLE and not self.selection.is_whole:
            text = _("Proofs come with the whole log only. Leave the selection empty.")
            self.add_error("format", text)
        return cleaned

    @property
    def export(self) -> ExportFormat:
        """The format; after validation."""
        return ExportFormat(self.cleaned_data["format"])

    @property
    def selection(self) -> LogSelection:
        """What is selected; after validation."""
        given = self.cleaned_data
        return LogSelection(
            since=given["since"],
            until=given["until"],
            actor=given["actor"],
            kind=given["kind"],
            checkpoint=given["checkpoint"],
            story=str(given["story"] or ""),
        )


class TenantLogExportForm(LogExportForm):
    """The same for operators, who choose the organization."""

    tenant = TenantField()
    field_order = ("tenant", "format", "since", "until", "actor", "kind", "checkpoint", "story")


def from_json(raw: Mapping[str, Any]) -> LogExportForm:
    """A form over a JSON object, whose values may be of any type."""
    names = LogExportForm.base_fields
    return LogExportForm({n: "" if raw.get(n) is None else str(raw[n]) for n in names})
