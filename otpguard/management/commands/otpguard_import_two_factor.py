"""Take over the phone numbers and security keys of django-two-factor-auth."""

from __future__ import annotations

from collections.abc import Mapping

from otpguard.core.facts import RequestFacts
from otpguard.flows.factor.import_run import Imported
from otpguard.flows.factor.import_two_factor import import_two_factor
from otpguard.management.importing import ImportCommand


class Command(ImportCommand):
    """See ImportCommand."""

    help = (
        "Take over confirmed phone numbers and security keys of django-two-factor-auth. Its TOTP"
        " and backup codes belong to django-otp: run otpguard_import_otp as well. Run it as often"
        " as you like: it adds only what is new. The rows of the package stay as they are."
    )

    def run(
        self, *, facts: RequestFacts, dry_run: bool, **options: str
    ) -> Mapping[str, Imported | None]:
        """See `import_two_factor`."""
        return import_two_factor(facts=facts, dry_run=dry_run, rp_id=options["rp_id"])
