"""The form of a stream."""

from __future__ import annotations

import pytest

from otpguard.core.siem.sinks import Sink
from otpguard.forms.audit.log_stream import SiteStreamForm, StreamForm
from tests import factories

GIVEN = {"name": "soc", "sink": "cef", "url": "tls://logs.example.com"}


def test_it_gives_what_the_flow_takes() -> None:
    form = StreamForm(GIVEN)
    assert form.is_valid()
    assert form.values == {
        **GIVEN,
        "sink": Sink.CEF,
        "secret": "",
        "region": "",
        "from_beginning": False,
    }


@pytest.mark.django_db
def test_operators_choose_an_organization_or_the_site() -> None:
    tenant = factories.tenant("acme")
    for slug, found in (("acme", tenant), ("", None)):
        form = SiteStreamForm({**GIVEN, "tenant": slug})
        assert form.is_valid()
        assert form.values["tenant"] == found


def test_an_unknown_kind_is_refused() -> None:
    assert "sink" in StreamForm({**GIVEN, "sink": "ftp"}).errors


def test_a_url_that_the_kind_does_not_take_is_refused() -> None:
    assert "url" in StreamForm({**GIVEN, "url": "https://logs.example.com"}).errors
