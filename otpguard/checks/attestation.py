"""Checks of attestation: can the trusted makers be read, and can any passkey meet the policies?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from otpguard.checks.codes import error, warning
from otpguard.conf import Settings, factor_kinds
from otpguard.core.assurance import Primary
from otpguard.core.choose import must_be_attested
from otpguard.core.policy import Policy
from otpguard.core.presets import Tier
from otpguard.factors.trusted_makers import read_trust, trusts_any
from otpguard.tenants.policies import policy_pair_at


def attestation(mine: Settings) -> Iterable[CheckMessage]:
    """E060, E061, W060, W061."""
    try:
        metadata = read_trust().metadata
    except ImproperlyConfigured as wrong:
        yield error("otpguard.E061", str(wrong))
        return
    if metadata and metadata.next_update < timezone.now().date():
        detail = f"There is a newer one since {metadata.next_update}: {mine.attestation_metadata}."
        yield warning("otpguard.W061", detail)
    if trusts_any():
        return
    for slug in sorted({slug for slug, policy in _policies(mine) if policy.attested_only}):
        yield error("otpguard.E060", f"{slug}: set ATTESTATION_ROOTS or ATTESTATION_METADATA.")
    unreached = {
        slug
        for slug, policy in _policies(mine)
        if policy.active
        and not policy.attested_only
        and any(
            must_be_attested(
                kind, policy=policy, profile=mine.assurance_profile, primary=Primary.PASSWORD
            )
            for kind in factor_kinds().values()
        )
    }
    if unreached:
        named = ", ".join(sorted(unreached))
        detail = f"Set ATTESTATION_ROOTS or ATTESTATION_METADATA; asked for by: {named}."
        yield warning("otpguard.W060", detail)


def _policies(mine: Settings) -> Iterator[tuple[str, Policy]]:
    """Default and floor of every checkpoint, for tenants of every tier."""
    for slug, checkpoint in mine.checkpoints.items():
        for tier in Tier:
            pair = policy_pair_at(checkpoint, tier)
            yield slug, pair.default
            yield slug, pair.floor
