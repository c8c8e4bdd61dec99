"""The question of a delivery about its route, asked about any route."""

from __future__ import annotations

from django.db import connection

from otpguard.channels.precheck import Precheck, columns, read


def in_the_way(
    provider: str = "w", channel: str = "sms", country: str = "US", phone_index: str = "p"
) -> Precheck:
    """What stands in the way of a delivery by this route."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns('d', 'c')} FROM (SELECT CAST(%s AS varchar(64)) AS provider,"
            " CAST(%s AS varchar(16)) AS channel, CAST(%s AS varchar(2)) AS country) d,"
            " (SELECT CAST(%s AS varchar(64)) AS phone_index) c",
            [provider, channel, country, phone_index],
        )
        return read(cursor.fetchone())
