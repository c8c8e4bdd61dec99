"""Authenticator apps and hardware tokens as factors: making one, and verifying its codes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otpguard.account import name_of
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import AnswerReason
from otpguard.core.shipped_kinds import BY_APP, BY_TOKEN, TOTP
from otpguard.core.totp import (
    KEY_BYTES,
    Clock,
    Seed,
    drift_of,
    matching_step,
    parse_seed,
    step_at,
)
from otpguard.factors.base import FactorDriver, Given, Missed, Shown
from otpguard.labels import Text
from otpguard.models import Challenge, Factor, Tenant
from otpguard.prepared_sql import Columns
from otpguard.statements import fetch

_SPENT = Columns(Factor, "last_step", "drift", "was_late")
_UNSPENT = Columns(Factor, "id", "last_step")
_SPEND = (
    f"UPDATE {_SPENT.table} SET {_SPENT.set()}"  # noqa: S608 (constant text)
    " WHERE id = %s AND last_step < %s RETURNING id"
)
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
    drift: int = 0,
) -> Factor:
    """An unconfirmed, unsaved authenticator; without a `seed`, with a random one of 160 bits.

    `drift` is how many steps its clock is known to be fast.
    """
    seed = seed or Seed(key=os.urandom(KEY_BYTES))
    return Factor(
        user_id=user_id,
        tenant=tenant,
        kind=TOTP.slug,
        name=name,
        secret=seed.dump(),
        hardware=hardware,
        serial=serial,
        drift=drift,
    )


def seed_of(factor: Factor) -> Seed:
    """The seed of an authenticator. Raises UndecryptableError, and InvalidSeedError for another
    kind of factor."""
    secret = factor.secret
    return parse_seed(secret if isinstance(secret, str) else secret.reveal())


def verify(factor: Factor, given: str, *, now: datetime) -> Shown | Missed:
    """Whether `given` is a code of this authenticator that still counts.

    Codes at most `totp_tolerance` steps off do, each once (RFC 6238, 5.2), counted by its own
    clock, of which a right code tells more (RFC 6238, 6). Missed is "used" for a code of a step
    that was accepted already, "clock" while a new authenticator is confirmed and shows the codes of
    another time, else "wrong". Raises as `seed_of` does.
    """
    seed = seed_of(factor)
    match = partial(
        matching_step,
        given,
        seed,
        now=now,
        tolerance=settings().totp_tolerance,
        drift=factor.drift,
    )
    step = match(after=factor.last_step)
    if step is not None:
        method = BY_TOKEN if factor.hardware else BY_APP
        known = Clock(drift=factor.drift, was_late=factor.was_late)
        clock = known.after_code(step - step_at(seed, now))
        return Shown(method=method, spend=partial(_spend, factor, step, clock))
    if match(after=_UNUSED) is not None:
        return Missed(reason=AnswerReason.USED)
    if not factor.confirmed and drift_of(given, seed, now=now):
        return Missed(reason=AnswerReason.CLOCK)
    return Missed()


def _spend(factor: Factor, step: int, clock: Clock) -> bool:
    """Use up a step and all before it. False when another answer did that first (D1, D5)."""
    spent = _SPENT.bind(step, clock.drift, clock.was_late)
    return bool(fetch(_SPEND, [*spent, *_UNSPENT.bind(factor.pk, step)]))


def qr_svg(uri: str) -> SafeString:
    """The QR code of an `otpauth_uri` as inline SVG, black on its own white in any color scheme.

    Nothing in it needs a style attribute, a script or a request, so it stands under a strict
    Content-Security-Policy. It contains the seed: show it once, on a page that is not stored.
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
    return mark_safe(inline.replace("<svg ", f"<svg {size}", 1))  # noqa: S308 (see above)


class TotpDriver(FactorDriver):
    """Authenticator apps that people set up, and hardware tokens that a tenant gives out."""

    kind = TOTP
    challenge_template = "otpguard/totp.html"
    answer_form = "otpguard.forms.challenge.AnswerForm"
    enrollment_template = "otpguard/includes/bind_app.html"

    def build(self, facts: RequestFacts, given: Given, /) -> Factor:
        """An app with a random seed."""
        return build(user_id=facts.user, name=given["name"])

    def verify(
        self, _challenge: Challenge, factor: Factor, given: str, /, *, now: datetime
    ) -> Shown | Missed:
        """See `verify` of this module."""
        return verify(factor, given, now=now)

    def page_context(self, challenge: Challenge, /) -> Mapping[str, Any]:
        """The QR code and the spelled seed, until a code of it has been shown."""
        known = super().page_context(challenge)
        factor = challenge.factor
        if factor is None or not challenge.enrolls or factor.confirmed:
            return known
        seed = seed_of(factor)
        account = name_of(challenge.user)
        uri = seed.otpauth_uri(issuer=settings().brand, account=account)
        return {**known, "qr": qr_svg(uri), "secret": seed.spelled}

    def label_of(self, factor: Factor, /) -> Text:
        """A token is not an app."""
        return gettext_lazy("Hardware token") if factor.hardware else super().label_of(factor)

    def details_of(self, factor: Factor, /) -> Sequence[tuple[Text, str]]:
        """Where its codes come from, and how far its clock is off."""
        return [
            (_("hardware"), _("hardware token") if factor.hardware else _("app")),
            (_("clock"), _("%(steps)+d steps from ours") % {"steps": factor.drift}),
        ]
