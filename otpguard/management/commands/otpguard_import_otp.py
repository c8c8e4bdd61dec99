"""Take over the TOTP and static devices of django-otp's own plugins."""

from __future__ import annotations

from collections.abc import Mapping

from otpguard.core.facts import RequestFacts
from otpguard.flows.factor.import_otp import import_otp
from otpguard.flows.factor.import_run import Imported
from otpguard.management.importing import ImportCommand


class Command(ImportCommand):
    """See ImportCommand."""

    has_passkeys = False
    help = (
        "Take over confirmed TOTP and static devices of django-otp, with keys encrypted and static"
        " tokens hashed (slowly: some seconds a person). Run it as often as you like: it adds only"
        " what is new. django-otp's own rows stay, with keys in clear: take its plugins out and"
        " delete them when nothing verifies by them any more."
    )

    def run(
        self, *, facts: RequestFacts, dry_run: bool, **_options: str
    ) -> Mapping[str, Imported | None]:
        """See `import_otp`."""
        return import_otp(facts=facts, dry_run=dry_run)
