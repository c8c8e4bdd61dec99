"""The words of the trade that people who use a product must not meet on our pages."""

from __future__ import annotations

import re

JARGON = {
    "en": re.compile(r"\bAAL\d?\b|\bfactors?\b|\bproofs?\b|\bprove[sdn]?\b|attest", re.IGNORECASE),
    "de": re.compile(r"\bAAL\d?\b|faktor|nachweis|beweis|attest", re.IGNORECASE),
    "es": re.compile(
        r"\bAAL\d?\b|\bfactor(?:es)?\b|\bpruebas?\b|demuestr|demostr|atest", re.IGNORECASE
    ),
    "fr": re.compile(r"\bAAL\d?\b|facteur|\bpreuves?\b|\bprouv|attest", re.IGNORECASE),
}
"""By language. Level, evidence of it, and what gives it: people confirm, and set up ways to."""

FOR_OPERATORS = (
    "admin/",
    "admin_menu.py",
    "checks/",
    "models/",
    "reports/",
    "templates/admin/",
    "core/policy",
    "core/ten_dlc.py",
    "core/presets.py",
    "factors/passkey_driver.py",
    "factors/pskc",
    "core/federation/methods.py",
    "flows/audit/",
    "flows/doctor.py",
    "flows/federation/provider.py",
    "flows/factor/reset",
    "flows/release/",
    "flows/tenant/",
    "forms/audit/",
    "forms/choices.py",
    "forms/enterprise/",
    "forms/enrollment.py",
    "forms/membership.py",
    "forms/policy",
    "forms/reset.py",
    "forms/tokens.py",
    "management/",
)
"""The beginnings of sources whose texts only operators read."""
