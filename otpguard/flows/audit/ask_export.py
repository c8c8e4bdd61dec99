"""Ask for an export of the audit log of an organization: a release, held as every other one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from otpguard.core.audit_export import ExportFormat, LogSelection, job_of
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.release.ask import ask_release
from otpguard.models import Release
from otpguard.releases.storage import has_storage


def ask_export(
    *, facts: RequestFacts, export: ExportFormat, selection: LogSelection, language: str = ""
) -> Release:
    """Ask for the sealed events of the request's tenant as a file. The door has asked for the proof
    of `audit_log_export`, and decides who may export.

    Locks the tenant and commits, as `ask_release` does, and raises what it raises; InvalidInput for
    a bundle of a selection, NotAllowed where the project has no storage for files.
    """
    if export is ExportFormat.BUNDLE and not selection.is_whole:
        raise InvalidInput(
            "format", str(_("Proofs come with the whole log only. Leave the selection empty."))
        )
    if not has_storage():
        raise NotAllowed(str(_("This site has no storage for exports.")))
    return ask_release(
        facts=facts,
        job=job_of(export, selection),
        arguments=selection.arguments(),
        language=language,
    )
