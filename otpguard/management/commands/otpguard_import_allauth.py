"""Take over the authenticators, recovery codes and passkeys of django-allauth."""

from __future__ import annotations

from collections.abc import Mapping

from otpguard.core.facts import RequestFacts
from otpguard.flows.factor.import_allauth import import_allauth
from otpguard.flows.factor.import_run import Imported
from otpguard.management.importing import ImportCommand


class Command(ImportCommand):
    """See ImportCommand."""

    help = (
        "Take over authenticators, unused recovery codes and passkeys of allauth.mfa, with recovery"
        " codes hashed (slowly: some seconds a person). Run it as often as you like: it adds only"
        " what is new. The rows of the package stay as they are."
    )

    def run(
        self, *, facts: RequestFacts, dry_run: bool, **options: str
    ) -> Mapping[str, Imported | None]:
        """See `import_allauth`."""
        return import_allauth(facts=facts, dry_run=dry_run, rp_id=options["rp_id"])
