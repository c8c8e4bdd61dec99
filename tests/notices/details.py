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
    Detail.LINK: ("https://acme.example/a/", "https://acme.example/a/"),
}
