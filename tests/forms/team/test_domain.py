"""The form of a domain on an organization's page: the one of the API, in the page's look."""

from __future__ import annotations

import pytest

from otpguard.forms.team.domain import TeamDomainForm


def test_it_looks_like_the_page_and_corrects_no_letter() -> None:
    shown = str(TeamDomainForm()["domain"])
    for said in ("og-input", 'dir="ltr"', 'spellcheck="false"', 'autocapitalize="none"'):
        assert said in shown


@pytest.mark.parametrize("domain", ["", "a" * 254])
def test_one_that_cannot_be_is_refused(domain: str) -> None:
    assert "domain" in TeamDomainForm({"domain": domain}).errors
