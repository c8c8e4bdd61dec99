"""The form of a stream on an organization's page: the one of the API, in the page's look."""

from __future__ import annotations

from otpguard.forms.team.stream import TeamStreamForm


def test_it_looks_like_the_page_and_keeps_its_secret_hidden() -> None:
    form = TeamStreamForm({"name": "x", "sink": "splunk", "secret": "hec", "url": "https://a.b"})
    assert "og-input" in str(form["sink"])
    assert "og-input" not in str(form["from_beginning"])
    assert "hec" not in str(form["secret"])


def test_an_address_that_the_receiver_does_not_take_is_refused() -> None:
    assert "url" in TeamStreamForm({"name": "x", "sink": "syslog", "url": "https://a.b"}).errors
