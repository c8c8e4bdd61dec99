"""Download a release: counted, marked by its event, decrypted as it goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.audit.recorder import record
from otpguard.core.events.release import ReleaseBroken, ReleaseDownloaded
from otpguard.core.facts import RequestFacts
from otpguard.core.release.rows import content_type
from otpguard.core.release.terms import ReleaseState, file_name
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed, StoreUnavailable
from otpguard.flows.release.ask import where
from otpguard.flows.release.cancel import cancel_for_lost_role
from otpguard.flows.release.entitled import is_entitled
from otpguard.flows.release.produce import context_of
from otpguard.models import Release
from otpguard.releases import storage
from otpguard.releases.encryption import TamperedError, decrypted

LINK_LIFE = timedelta(minutes=15)
"""How long the link of a page that shows a release can be followed."""

LOOK_EVERY = 64
"""After so many chunks, 4 MiB, a running download looks whether it was canceled."""


class BrokenOffError(Exception):
    """Raised in the middle of a download, so that its connection breaks: nothing else would tell
    the browser that the file is not whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A download that has begun and was counted. Close `pieces` when it ends."""

    name: str
    content_type: str
    size: int
    event: str
    pieces: Iterator[bytes]


def download_token(*, release: Release, user: str) -> str:
    """What stands in the link of a download: for one release and one person, and for a while."""
    return vault.encrypt_token(vault.RELEASE, f"{release.pk} {user}")


def release_of_token(*, facts: RequestFacts, token: str) -> Release | None:
    """The release that a link is of. None for a link that is too old, not ours or another's, and
    while another tenant is selected. Reads only."""
    try:
        plain = vault.decrypt_token(vault.RELEASE, token, max_age=LINK_LIFE)
        key, _space, user = plain.partition(" ")
        found = UUID(key)
    except (vault.UndecryptableError, ValueError):
        return None
    if not facts.user or user != facts.user:
        return None
    return Release.objects.filter(
        Q(tenant=facts.tenant or None), pk=found, user_id=facts.user
    ).first()


def begin_download(*, facts: RequestFacts, release: Release) -> Download:
    """Begin and count one download, by the person who asked for the release. Commits.

    The door has asked for a proof. The file is opened and its first chunk checked before anything
    is counted. Raises NotAllowed for anybody else, in another tenant, before the hold is over,
    after the end, when none is left, and, which ends the release, for somebody who has lost a role;
    StoreUnavailable while the storage is away.
    """
    if facts.user != str(release.user_id) or facts.tenant != str(release.tenant_id):
        raise NotAllowed(str(_("This is somebody else's export.")))
    _check_time(release, facts.now)
    if not is_entitled(release):
        cancel_for_lost_role(release=release, now=facts.now)
        raise NotAllowed(str(_("Your role has changed since. The export was canceled.")))
    stored, plain, first = _opened(release)
    try:
        event = _count(facts, release)
    except BaseException:
        stored.close()
        raise
    name = file_name(job=release.job, event=str(event), name=release.format)
    return Download(
        name=name,
        content_type=content_type(release.format),
        size=release.size,
        event=str(event),
        pieces=_pieces(release, first, plain, stored),
    )


def _check_time(release: Release, now: datetime) -> None:
    """Raises NotAllowed, saying why. The statement that counts asks all of it again."""
    if release.state != ReleaseState.READY or release.opens_at is None:
        raise NotAllowed(str(_("This export cannot be downloaded.")))
    if now < release.opens_at:
        raise NotAllowed(str(_("This export still waits. It can be canceled until then.")))
    if release.expires_at is None or now >= release.expires_at:
        raise NotAllowed(str(_("This export has expired.")))
    if release.downloads_left < 1:
        raise NotAllowed(str(_("This export was downloaded as often as it may be.")))


def _count(facts: RequestFacts, release: Release) -> UUID:
    with transaction.atomic():
        counted = Release.objects.filter(
            pk=release.pk,
            state=ReleaseState.READY.value,
            downloads_left__gt=0,
            opens_at__lte=facts.now,
            expires_at__gt=facts.now,
        ).update(downloads_left=F("downloads_left") - 1)
        if not counted:
            raise NotAllowed(str(_("This export cannot be downloaded any more.")))
        row = Release.objects.get(pk=release.pk)  # this transaction holds it since the update
        event = record(
            ReleaseDownloaded(
                export=str(row.pk),
                job=row.job,
                filter=row.arguments.reveal(),
                rows=row.rows,
                left=row.downloads_left,
            ),
            where(facts, row),
        )
        row.downloads = [*row.downloads, str(event)]
        row.save(update_fields=["downloads"])
    return event


def _opened(release: Release) -> tuple[storage.StoredFile, Iterator[bytes], bytes]:
    """The file, what it says, and its first chunk, which is checked by then."""
    try:
        stored = storage.open_file(release.file)
        try:
            plain = _decrypted(release, stored)
            return stored, plain, next(plain)
        except BaseException:
            stored.close()
            raise
    except storage.StorageAwayError as error:
        raise StoreUnavailable("the file of a release cannot be read") from error


def _decrypted(release: Release, stored: storage.StoredFile) -> Iterator[bytes]:
    key = bytes.fromhex(release.key.reveal())
    chunks = decrypted(stored.read, key=key, context=context_of(release))
    try:
        yield from chunks
    except TamperedError:
        _record_broken(release)
        raise BrokenOffError("the stored file was changed") from None


def _pieces(
    release: Release, first: bytes, rest: Iterator[bytes], stored: storage.StoredFile
) -> Iterator[bytes]:
    live = Release.objects.filter(pk=release.pk, state=ReleaseState.READY.value)
    try:
        for number, piece in enumerate(chain((first,), rest), 1):
            yield piece
            if number % LOOK_EVERY == 0 and not live.exists():
                raise BrokenOffError("the release ended while it was downloaded")
    except storage.StorageAwayError as error:
        raise BrokenOffError("the storage went away") from error
    finally:
        stored.close()


def _record_broken(release: Release) -> None:
    with transaction.atomic():
        broken = ReleaseBroken(export=str(release.pk), job=release.job)
        record(broken, where(RequestFacts(now=timezone.now()), release))
