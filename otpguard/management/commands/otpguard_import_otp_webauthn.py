"""Take over the passkeys of django-otp-webauthn."""

from __future__ import annotations

from collections.abc import Mapping

from otpguard.core.facts import RequestFacts
from otpguard.flows.factor.import_otp_webauthn import import_otp_webauthn
from otpguard.flows.factor.import_run import Imported
from otpguard.management.importing import ImportCommand


class Command(ImportCommand):
    """See ImportCommand."""

    help = (
        "Take over confirmed passkeys of django-otp-webauthn. Run it as often as you like: it adds"
        " only what is new. The rows of the package stay as they are."
    )

    def run(
        self, *, facts: RequestFacts, dry_run: bool, **options: str
    ) -> Mapping[str, Imported | None]:
        """See `import_otp_webauthn`."""
        return import_otp_webauthn(facts=facts, dry_run=dry_run, rp_id=options["rp_id"])
