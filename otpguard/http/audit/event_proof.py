"""Whether one event is in the signed log, in words; the proof of it, and the program that checks an
export, as files."""

from __future__ import annotations

from io import BytesIO
from typing import assert_never
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import HttpResponse
from django.utils.translation import gettext as _

from otpguard.audit.verifier_app import FILE_NAME, verifier_app
from otpguard.flows.audit.prove import EventProof, ProofState
from otpguard.models import Event


def proof_text(proof: EventProof) -> str:
    """What the page of an event says."""
    match proof.state:
        case ProofState.HOLDS:
            place = {"place": (proof.index or 0) + 1, "size": proof.size}
            said = _("Verified: number %(place)s of %(size)s in the signed log") % place
            if proof.purged is None:
                return said
            gone = _("Numbers up to %(last)s were deleted because their retention period was over")
            return f"{said}. {gone % {'last': proof.purged.below}}"
        case ProofState.WAITS:
            return _("Will be in the signed log within seconds")
        case ProofState.BROKEN:
            return _("Not verified: this is not what was recorded")
        case unreachable:
            assert_never(unreachable)


def proof_file(event: Event, proof: EventProof) -> HttpResponse:
    """The event's bytes and what shows that they are in the log, in one zip."""
    file = BytesIO()
    with ZipFile(file, "w", compression=ZIP_DEFLATED) as archive:
        archive.writestr("event.json", event.body)
        archive.writestr("event.tlog-proof", proof.file)
        archive.writestr("head.tlog-proof", proof.head_file)
    response = HttpResponse(file.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="event-{event.pk}.zip"'
    return response


def program_file() -> HttpResponse:
    """The program for auditors, one file that Python runs."""
    response = HttpResponse(verifier_app(), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response
