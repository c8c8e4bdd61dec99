"""CEF: bars in the header, equals signs in the values, and no line breaks."""

from __future__ import annotations

from otpguard.core.siem.cef import cef_line
from tests.core.siem.events import sent


def test_a_line_has_header_and_pairs() -> None:
    assert cef_line(sent(facts={"actor": "7", "checkpoint": "api_key"}), version="1.0") == (
        "CEF:0|otpguard|otpguard|1.0|challenge.rejected|A wrong code|5|rt=1795885200123"
        " externalId=0197a3b2-0000-7000-8000-000000000001 suser=7"
        " cs3=0197a3b2-0000-7000-8000-00000000000a cs3Label=tenant"
        " cs1=api_key cs1Label=checkpoint"
    )


def test_the_header_escapes_bars_and_backslashes_alone() -> None:
    line = cef_line(sent(label="a|b\\c=d\ne"), version="1")
    assert "|a\\|b\\\\c=d e|" in line


def test_a_value_escapes_equals_signs_backslashes_and_line_breaks() -> None:
    line = cef_line(sent(facts={"actor": " k=v\nnext \\ | pipe \r "}, tenant=""), version="1")
    assert line.endswith("suser=k\\=v\\nnext \\\\ | pipe \\r")
    assert "\n" not in line
