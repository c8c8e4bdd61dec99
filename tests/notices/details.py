"""What a notice may name: as it is given, and as it is kept."""

from __future__ import annotations

from otpguard.notices.kinds import Detail

NAMED = {
    Detail.FACTOR: ("passkey", "passkey"),
    Detail.NUMBER: ("+12015550123", "+1 ••• ••23"),
    Detail.USABLE_FROM: ("2026-05-01T14:00:00+02:00", "2026-05-01T12:00:00+00:00"),
    Detail.HELD_UNTIL: ("2026-05-01T12:00:00+00:00", "2026-05-01T12:00:00+00:00"),
    Detail.DUE: ("2026-05-01T12:00:00Z", "2026-05-01T12:00:00+00:00"),
    Detail.LEFT: ("7", "7"),
    Detail.PROVIDER: ("memory", "memory"),
    Detail.FAILURE: ("balance", "balance"),
    Detail.SCOPE: ("account", "account"),
    Detail.CHECKPOINT: ("api_key", "api_key"),
    Detail.JOB: ("contacts", "contacts"),
    Detail.KEYS: ("3", "3"),
    Detail.DAYS: ("90", "90"),
    Detail.CLOSED: ("prefix", "prefix"),
    Detail.NOT_ME: ("https://acme.example/b/", "https://acme.example/b/"),
    Detail.PERSON: ("ada@evil.example", "a••••"),
    Detail.BY: ("boss@evil.example", "b••••"),
    Detail.FROM_IP: ("192.0.2.7", "192.0.2.7"),
    Detail.ROLES: ("api_admin,admin", "admin, api_admin"),
    Detail.BILLING_FIELD: ("card", "card"),
    Detail.BEFORE: ("•••• 4242", "•••• 4242"),
    Detail.AFTER: ("••••", "••••"),
    Detail.LINK: ("https://acme.example/a/", "https://acme.example/a/"),
}
