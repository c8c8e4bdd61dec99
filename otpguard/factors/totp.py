"""Authenticator apps and hardware tokens as factors: making one, and judging its codes."""

from __future__ import annotations

import os
from datetime import datetime

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from otpguard.conf import settings
from otpguard.core.assurance import FactorKind, Method
from otpguard.core.totp import KEY_BYTES, Seed, drift_of, matching_step, parse
from otpguard.factors.base import Missed, Shown
from otpguard.models import Factor, Tenant
from otpguard.models.factor import FACTORS

_UNUSED = -1
QUIET_ZONE = 4
"""Modules of white around a QR code (ISO/IEC 18004), whatever the page's color."""
QR_PIXELS = 232


def build(
    *,
    user_id: str,
    name: str,
    tenant: Tenant | None = None,
    seed: Seed | None = None,
    hardware: bool = False,
    serial: str = "",
) -> Factor:
    """An unconfirmed, unsaved authenticator; without a `seed`, with a random one of 160 bits."""
    seed = seed or Seed(key=os.urandom(KEY_BYTES))
    return Factor(
        user_id=user_id,
        tenant=tenant,
        kind=FactorKind.TOTP.value,
        name=name,
        secret=seed.dump(),
        hardware=hardware,
        serial=serial,
    )


def seed_of(factor: Factor) -> Seed:
    """The seed of an authenticator. Raises UndecryptableError, and InvalidSeedError for another
    kind of factor."""
    held = factor.secret
    return parse(held if isinstance(held, str) else held.reveal())


def judge(factor: Factor, given: str, *, now: datetime) -> Shown | Missed:
    """Whether `given` is a code of this authenticator that still counts.

    Codes up to `totp_tolerance` steps old do, each once (RFC 6238, 5.2). Missed is "used" for a
    code of a step that was accepted already, "clock" while a new authenticator is confirmed and
    shows the codes of another time, else "wrong". Raises as `seed_of` does.
    """
    seed = seed_of(factor)
    tolerance = settings().totp_tolerance
    step = matching_step(given, seed, now=now, tolerance=tolerance, after=factor.last_step)
    if step is not None:
        method = Method.HARDWARE_TOTP if factor.hardware else Method.TOTP
        return Shown(method=method, spend=lambda: _spend(factor, step))
    if matching_step(given, seed, now=now, tolerance=tolerance, after=_UNUSED) is not None:
        return Missed(reason="used")
    if not factor.confirmed and drift_of(given, seed, now=now):
        return Missed(reason="clock")
    return Missed()


def _spend(factor: Factor, step: int) -> bool:
    """Use up a step and all before it. False when another answer did that first (D1, D5)."""
    fresh = FACTORS.filter(pk=factor.pk, last_step__lt=step)
    return bool(fresh.update(last_step=step))


def qr_svg(uri: str) -> SafeString:
    """The QR code of an `otpauth_uri` as inline SVG, black on its own white in any color scheme.

    Nothing in it needs a style attribute, a script or a request, so it stands under a strict
    Content-Security-Policy. Whoever sees it knows the seed: show it once, on a page that is not
    stored.
    """
    code = segno.make_qr(uri, error="m")
    title = _("QR code for your authenticator app")
    inline = code.svg_inline(
        border=QUIET_ZONE,
        dark="#000",
        light="#fff",
        title=title,
        svgclass="og-qr",
        lineclass=None,
        omitsize=True,
    )
    size = f'role="img" width="{QR_PIXELS}" height="{QR_PIXELS}" '
    # Numbers and path commands only, and the title, which the library escapes.
    return mark_safe(inline.replace("<svg ", f"<svg {size}", 1))  # noqa: S308
