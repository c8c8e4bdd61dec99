"""Ask for the audit log of the caller's tenant as a file, which is fetched on the export's page."""

from __future__ import annotations

from django.utils.translation import get_language
from rest_framework import serializers as s
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api.audit.log import IsLogReader
from otpguard.api.base import ProblemView, check_form, object_of
from otpguard.api.documents import Document, ReleaseDocument
from otpguard.api.operation import Operation
from otpguard.api.releases import document_of
from otpguard.core.audit_export import ExportFormat
from otpguard.core.registry import nearest
from otpguard.exceptions import InvalidInput
from otpguard.flows.audit.ask_export import ask_export
from otpguard.forms.audit.export import LogExportForm, from_json
from otpguard.http.facts import facts_of
from otpguard.http.guard import require

CHECKPOINT = "audit_log_export"


class LogExportBody(Document):
    """An export to ask for. Without a selection it is the whole log."""

    format = s.ChoiceField([each.value for each in ExportFormat])
    since = s.DateTimeField(required=False, help_text="From this moment on.")
    until = s.DateTimeField(required=False, help_text="Before this moment.")
    actor = s.CharField(required=False, help_text="The id of a user.")
    kind = s.CharField(required=False, help_text="The code of a kind of event.")
    checkpoint = s.CharField(required=False)
    story = s.UUIDField(required=False)


class LogExportsView(ProblemView):
    """Ask for an export of the own log."""

    permission_classes = [IsAuthenticated, IsLogReader]
    operations = {
        "POST": Operation(
            name="ask_log_export",
            summary="Ask for the audit log as a file, or for a part of it",
            tag="Audit log",
            answers={201: ReleaseDocument},
            body=LogExportBody,
            checkpoint=CHECKPOINT,
            problems=(400,),
        )
    }

    def post(self, request: Request) -> Response:
        """The export as it is now: 201. 400 for a value that is wrong, 401 until the admin has
        stepped up, 403 with many exports already."""
        given = object_of(request)
        known = list(LogExportForm.base_fields)
        if unknown := sorted(set(given) - set(known)):
            raise InvalidInput(unknown[0], f"no such field, {nearest(unknown[0], known)}")
        form = from_json(given)
        check_form(form)
        require(request, CHECKPOINT, target=f"audit log as {form.export.value}")
        release = ask_export(
            facts=facts_of(request),
            export=form.export,
            selection=form.selection,
            language=get_language() or "",
        )
        return Response(document_of(release), status=201)
