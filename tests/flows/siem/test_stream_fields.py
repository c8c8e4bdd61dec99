"""Of a URL, the host alone goes into events."""

from __future__ import annotations

from otpguard.flows.siem.stream_fields import fields_of, host_of
from otpguard.models import LogStream


def test_the_path_of_a_url_may_hold_a_key_and_is_left_out() -> None:
    row = LogStream(name="soc", sink="webhook", url="https://logs.example.com/s3cret?k=s3cret")
    assert host_of(row) == "logs.example.com"
    assert "s3cret" not in str(fields_of(row))
    assert set(fields_of(row)) == {"siem", "name", "sink", "host"}
