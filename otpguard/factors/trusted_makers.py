"""Which makers of passkeys the settings trust: root certificates, the FIDO Alliance's metadata and
lists of models. Files are read once a process."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q
from django.utils import timezone

from otpguard.conf import Settings, settings
from otpguard.conf.caches import forget_on_change
from otpguard.factors.attestation import Trust
from otpguard.factors.chain import certificates_of
from otpguard.factors.fido_metadata import Metadata, read_metadata
from otpguard.factors.fido_roots import GLOBALSIGN_R3, GLOBALSIGN_R46

logger = logging.getLogger("otpguard.trusted_makers")


def trusts_any() -> bool:
    """True if the settings name makers that could be trusted."""
    return bool(settings().attestation_roots or settings().attestation_metadata)


def asks_makers() -> bool:
    """True when a browser is to be asked who made a new passkey."""
    return trusts_any() or bool(settings().attestation_denied_aaguids)


def read_trust() -> Trust:
    """Whom the settings trust. Raises ImproperlyConfigured for a file that cannot be read or that
    nobody vouches for, and for a value that is not an AAGUID."""
    trust, mistake = _read()
    if mistake:
        raise ImproperlyConfigured(mistake)
    return trust


def trusted() -> Trust:
    """Whom the settings trust. Nobody if any file cannot be read: otherwise a model would count
    that a missing file calls undesired. Denied models stay denied."""
    return _read()[0]


def still_counts(aaguid: UUID | None) -> bool:
    """True for a model that has not been denied, or called undesired, since it was attested."""
    trust, mistake = _read()
    return not mistake and trust.counts(aaguid)


def still_counting() -> Q:
    """The factors whose model `still_counts`, as a condition."""
    trust, mistake = _read()
    if mistake:
        return Q(pk__in=())
    undesired = trust.metadata.undesired if trust.metadata else frozenset()
    never = sorted(trust.denied | undesired)
    allowed = Q(aaguid__in=sorted(trust.aaguids)) if trust.aaguids else Q()
    # A model that is not known is none of these; in SQL, NULL would be neither in nor out.
    return allowed & (Q(aaguid=None) | ~Q(aaguid__in=never)) if never else allowed


@lru_cache(maxsize=1)
def _read() -> tuple[Trust, str]:
    """Whom to trust, or why that is unknown: a mistake is also found only once."""
    mine = settings()
    try:
        trust = Trust(
            roots=tuple(Path(name).read_text("ascii") for name in mine.attestation_roots),
            aaguids=frozenset(mine.attestation_aaguids),
            denied=frozenset(mine.attestation_denied_aaguids),
            metadata=_metadata(mine) if mine.attestation_metadata else None,
        )
    except (OSError, ValueError) as error:
        logger.error("No passkey counts as attested: %s", error)  # noqa: TRY400 (no traceback)
        return Trust(denied=frozenset(_uuids(mine.attestation_denied_aaguids))), str(error)
    return trust, ""


def _uuids(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        with suppress(ValueError):
            yield str(UUID(text))


def _metadata(mine: Settings) -> Metadata:
    own = mine.attestation_metadata_root
    roots = (Path(own).read_text("ascii"),) if own else (GLOBALSIGN_R3, GLOBALSIGN_R46)
    blob = Path(mine.attestation_metadata).read_bytes()
    try:
        return read_metadata(blob, roots=certificates_of(roots), at=timezone.now())
    except ValueError as error:
        raise ValueError(f"{mine.attestation_metadata}: {error}") from error


forget_on_change(_read)
