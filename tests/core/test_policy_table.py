"""The page of the docs lists every checkpoint and every field, as they are declared."""

from __future__ import annotations

from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.policy import RULES
from otpguard.core.policy_table import render_policies
from tests.house.source import ROOT


def row(name: str) -> list[str]:
    """The cells of the row that begins with this name."""
    (found,) = [line for line in render_policies().splitlines() if line.startswith(f"| `{name}` |")]
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_the_docs_hold_the_page_as_it_is_now() -> None:
    assert (ROOT / "docs" / "policies.md").read_text("utf-8") == render_policies()


def test_every_checkpoint_and_every_field_has_one_row() -> None:
    assert [row(name)[0] for name in (*BUILT_IN, *RULES)]


def test_a_checkpoint_says_its_level_and_what_else_differs() -> None:
    assert row("role_grant")[2:] == [
        "yes",
        "AAL2, `binds_intent` true, `hold` 86400",
        "AAL3, `ttl` 900, `binds_intent` true, `hold` 86400",
        "AAL2, `binds_intent` true, `hold` 86400",
        "sensitive, defensible at AAL3",
    ]
    assert row("login")[2:] == [
        "off",
        "AAL2",
        "AAL2, `sso_required` true",
        "AAL1, `idp_satisfies` false",
        "",
    ]
    assert row("factor_change")[2] == "always"


def test_a_field_says_its_bounds_its_unit_and_its_limits() -> None:
    assert row("ttl")[2:] == [
        "60 to 1800 seconds; at AAL3 the limit is 900 seconds",
        "1200",
        "1800",
        "lower is stricter",
    ]
    assert row("allowed_factors")[2].endswith("must contain passkey")
    assert row("enforcement")[2] == "enforce, report_only; only the site may set it"
    assert row("preferred_methods")[2] == "an order of sms, whatsapp, voice, email"
    by_country = row("preferred_methods_by_country")
    assert by_country[2] == "for each country (ISO 3166) an order of sms, whatsapp, voice, email"
    assert by_country[3:5] == ["none", "none"]
    assert row("active")[2:4] == ["true, false", "true"]
