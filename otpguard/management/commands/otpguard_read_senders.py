"""Ask the vendors how WhatsApp senders stand: name, badge, status and category of the template."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otpguard.channels.senders import may_carry_codes
from otpguard.flows.route.whatsapp_state import read_senders


class Command(BaseCommand):
    """`manage.py otpguard_read_senders`; ends with status 1 when one could not be read."""

    help = (
        "Reads every WhatsApp sender from its vendor now; the sweep does so once a day. Prints a"
        " line for each. Status 1 means that one could not be read."
    )

    def handle(self, *_args: str, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Read and print. Raises CommandError when one could not be read."""
        faults = 0
        try:
            for row, fault in read_senders(now=timezone.now()):
                place = row.tenant.slug if row.tenant else "the site"
                if fault:
                    faults += 1
                    said = self.style.ERROR(f"not read: {fault}")
                else:
                    badge = "with badge" if row.badge else "no badge"
                    codes = "carries codes" if may_carry_codes(row) else "carries no codes"
                    about = f"{row.approval}, {row.category or 'of no category'}"
                    said = f'"{row.display_name}", {badge}, {about}: {codes}'
                self.stdout.write(f"{row.provider} {place} {row.template} {row.language}: {said}")
        except (ImportError, TypeError, ValueError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from None
        if faults:
            raise CommandError(f"not read: {faults}", returncode=1)
