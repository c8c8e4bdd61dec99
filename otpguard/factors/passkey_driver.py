"""The driver of passkeys: which ceremony a challenge begins, and what its page hands on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from otpguard.account import name_of
from otpguard.conf import settings
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.choose import must_be_attested
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.core.policy_choices import UserVerification
from otpguard.core.shipped_kinds import PASSKEY
from otpguard.factors import passkey_rows
from otpguard.factors.base import Beginning, FactorDriver, Given, Missed, Shown
from otpguard.labels import Text
from otpguard.models import Challenge, Factor
from otpguard.models.factor import FACTORS


class PasskeyDriver(FactorDriver):
    """Passkeys and security keys, by WebAuthn. The state of a ceremony serves one answer (A22)."""

    kind = PASSKEY
    challenge_template = "otpguard/passkey.html"
    answer_form = "otpguard.forms.factor.CredentialForm"
    enrollment_template = "otpguard/includes/bind_passkey.html"

    def build(self, facts: RequestFacts, given: Given, /) -> Factor:
        """Without a credential: the ceremony makes it."""
        return passkey_rows.build(user_id=facts.user, name=given["name"])

    def begin_enrollment(self, beginning: Beginning, /) -> str:
        """The ceremony that makes a new passkey for the person."""
        facts = beginning.facts
        user = get_user_model()._default_manager.get(pk=facts.user)  # noqa: SLF001 (Django's own)
        own = FACTORS.filter(user=facts.user, kind=PASSKEY.slug, confirmed=True)
        return passkey_rows.begin_enrollment(
            party=passkey_rows.party_of(facts),
            user_id=facts.user,
            account=name_of(user),
            own=own,
            verify=must_verify(beginning.policy),
            attest=must_attest(beginning),
        )

    def begin_proof(self, beginning: Beginning, /) -> str:
        """The ceremony that proves any of the passkeys that would do."""
        facts = beginning.facts
        own = FACTORS.filter(pk__in=beginning.accepted, kind=PASSKEY.slug, user=facts.user)
        return passkey_rows.begin_proof(
            party=passkey_rows.party_of(facts), own=own, verify=must_verify(beginning.policy)
        )

    def begin_again(self, facts: RequestFacts, challenge: Challenge, /) -> str:
        """The same ceremony with a new state."""
        return passkey_rows.begin_again(challenge, facts=facts)

    def verify(
        self, challenge: Challenge, _factor: Factor, given: str, /, *, now: datetime
    ) -> Shown | Missed:
        """See `passkey_rows.verify`: the browser says which passkey it was."""
        return passkey_rows.verify(challenge, given, now=now)

    def page_context(self, challenge: Challenge, /) -> Mapping[str, Any]:
        """What the browser is asked, for which account, and whose makers count."""
        return {
            "enrolls": challenge.enrolls,
            "by_maker": passkey_rows.needs_maker(challenge),
            "options": json.dumps(passkey_rows.options_of(challenge)),
            "account": name_of(challenge.user),
        }

    def details_of(self, factor: Factor, /) -> Sequence[tuple[Text, str]]:
        """Its model and what WebAuthn says of it."""
        answers = {True: _("yes"), False: _("no"), None: _("not known yet")}
        trusted = _("trusted") if passkey_rows.is_attested(factor) else _("not trusted")
        if factor.backup_eligible is None:
            backup = _("not known yet")
        elif not factor.backup_eligible:
            backup = _("stays on one device")
        else:
            backup = _("synced") if factor.backed_up else _("can be synced")
        return [
            (_("attestation"), f"{factor.attestation or _('none')}, {trusted}"),
            (_("backup"), backup),
            (_("user verification"), answers[factor.user_verified]),
        ]


def must_verify(policy: Policy) -> bool:
    """Whether the passkey has to check its holder here: always at AAL3, else as the policy asks."""
    return (
        policy.required_level is AssuranceLevel.AAL3
        or policy.user_verification is UserVerification.REQUIRED
    )


def must_attest(beginning: Beginning) -> bool:
    """Whether a new passkey is of use only if a trusted maker vouches for it."""
    return not beginning.rebinds and must_be_attested(
        PASSKEY,
        policy=beginning.policy,
        profile=settings().assurance_profile,
        primary=beginning.facts.primary,
    )
