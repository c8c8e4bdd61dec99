"""The file of a release, streamed, and its manifest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.release.download import Download, begin_download, release_of_token
from otpguard.http.guard import require
from otpguard.models import Release
from otpguard.web.release.pages import visible
from otpguard.web.security.own_pages import own_page, refused

EVENT_HEADER = "Otpguard-Event"
"""Names the audit event of a download."""


@own_page
@require_GET
def release_file(request: HttpRequest, facts: RequestFacts, token: str) -> HttpResponse:
    """One download, guarded again and counted. HEAD is not answered: it would count."""
    row = release_of_token(facts=facts, token=token)
    if row is None:
        text = _("This link is too old or not yours. Open the export again.")
        return refused(request, text, status=404)
    job = settings().releases.jobs.get(row.job)
    require(request, row.checkpoint, target=str(job.label) if job else row.job)
    try:
        answer = streamed(request, begin_download(facts=facts, release=row))
    except NotAllowed as bad:
        return refused(request, bad.message, status=403)
    return answer  # type: ignore[return-value]  # Django's two kinds of response share a base


@own_page
@require_GET
def manifest(request: HttpRequest, facts: RequestFacts, release_id: UUID) -> HttpResponse:
    """What a file is, apart from its rows: digest, sizes, events."""
    row = visible(facts).filter(pk=release_id).first()
    if row is None:
        text = _("There is no such export in this organization, or it is somebody else's.")
        return refused(request, text, status=404)
    answer = JsonResponse(manifest_of(row))
    answer["Content-Disposition"] = f'attachment; filename="{row.job}-{row.event}.manifest.json"'
    return answer


def manifest_of(row: Release) -> dict[str, object]:
    """The manifest of a release: `event` is that of the request, `downloads` those of downloads."""
    return {
        "release": str(row.pk),
        "job": row.job,
        "format": row.format,
        "event": str(row.event),
        "downloads": list(row.downloads),
        "rows": row.rows,
        "bytes": row.size,
        "sha256": row.digest,
        "asked_at": row.created_at.isoformat(),
        "ready_at": row.ready_at.isoformat() if row.ready_at else None,
    }


def streamed(request: HttpRequest, download: Download) -> StreamingHttpResponse:
    """A download as a response. Under ASGI its pieces are an async iterator: a sync one would be
    collected in memory first."""
    pieces: Iterator[bytes] | AsyncIterator[bytes] = download.pieces
    if isinstance(request, ASGIRequest):
        pieces = _in_turn(download.pieces)
    response = StreamingHttpResponse(pieces, content_type=download.content_type)
    response["Content-Length"] = str(download.size)
    response["Content-Disposition"] = f'attachment; filename="{download.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    response[EVENT_HEADER] = download.event
    return response


async def _in_turn(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    advance = sync_to_async(lambda: next(pieces, None), thread_sensitive=True)
    try:
        while (piece := await advance()) is not None:
            yield piece
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            await sync_to_async(close)()
