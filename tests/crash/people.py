"""People who start challenges, a few each second, until they are told to stop:
`python -m tests.crash.people PER_SECOND`."""

from __future__ import annotations

import sys
import time

import django
from django.db import InterfaceError, OperationalError, connection

from otpguard.exceptions import StoreUnavailable
from tests.celery_app import app


def main(per_second: float) -> None:
    """Start challenges forever."""
    number = 0
    while True:
        begun = time.monotonic()
        number += 1
        try:
            who = stopped()
            who.start(client_ip=f"198.51.{number // 250 % 250}.{number % 250}")
        except (OperationalError, InterfaceError, StoreUnavailable):
            connection.close()  # the database is away; people who were told so come again
        time.sleep(max(0.0, 1 / per_second - (time.monotonic() - begun)))


if __name__ == "__main__":
    app.set_default()  # what the flows queue goes to this broker
    django.setup()
    from tests.flows.setting import stopped

    main(float(sys.argv[1]))
