"""The site sets streams up; a secret is shown once and kept as a digest."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.federation.signal_stream import (
    add_signal_stream,
    await_verification,
    change_signal_stream,
    remove_signal_stream,
    renew_push_secret,
    switch_signal_stream,
)
from otpguard.models import Event, SignalStream
from tests import factories

pytestmark = pytest.mark.django_db
VALUES: dict[str, Any] = {
    "name": "Okta",
    "dialect": "caep",
    "issuer": "https://idp.example",
    "audience": "https://us.example",
    "jwks": "https://idp.example/jwks",
    "poll_url": "",
}


def added(**values: Any) -> SignalStream:
    return add_signal_stream(
        facts=factories.facts(), tenant=factories.tenant(), values={**VALUES, **values}
    )


def test_a_stream_is_added_changed_switched_and_removed_each_in_the_log() -> None:
    row = added()
    site = factories.facts()
    changed = change_signal_stream(
        facts=site, stream=row, values={**VALUES, "name": "New"}, poll_secret="s3cret"
    )
    assert changed == ("name", "poll_secret")
    assert change_signal_stream(facts=site, stream=row, values={"name": "New"}) == ()
    assert switch_signal_stream(facts=site, stream=row, reason="left") is False
    assert switch_signal_stream(facts=site, stream=row, reason="back") is True
    assert remove_signal_stream(facts=site, stream=row, reason="left")
    assert not remove_signal_stream(facts=site, stream=row, reason="left")
    logged = Event.objects.filter(kind="signal_stream.changed")
    assert logged.count() == 5
    assert not any("s3cret" in each.body for each in logged)


@pytest.mark.parametrize("place", ["jwks", "poll_url"])
@pytest.mark.parametrize("url", ["http://idp.example/x", "file:///etc/passwd", "x"])
def test_an_address_that_is_not_https_is_refused(place: str, url: str) -> None:
    with pytest.raises(InvalidInput):
        added(**{place: url})


def test_the_same_stream_is_there_once() -> None:
    row = added()
    with pytest.raises(InvalidInput):
        add_signal_stream(facts=factories.facts(), tenant=row.tenant, values=VALUES)
    second = add_signal_stream(
        facts=factories.facts(), tenant=row.tenant, values={**VALUES, "audience": "https://b"}
    )
    with pytest.raises(InvalidInput):
        change_signal_stream(facts=factories.facts(), stream=second, values=VALUES)


def test_a_new_secret_replaces_the_one_before() -> None:
    row = added()
    first = renew_push_secret(facts=factories.facts(), stream=row)
    second = renew_push_secret(facts=factories.facts(), stream=row)
    row.refresh_from_db()
    assert first != second
    assert row.push_digest == sha256(second.encode()).hexdigest()


def test_a_tenants_admin_sets_up_no_stream_not_even_their_own() -> None:
    row = added()
    admin = factories.facts(factories.member(row.tenant, roles=["admin"]).user, row.tenant)
    with pytest.raises(NotAllowed):
        add_signal_stream(facts=admin, tenant=row.tenant, values={**VALUES, "issuer": "x"})
    with pytest.raises(NotAllowed):
        change_signal_stream(facts=admin, stream=row, values={"name": "Mine"})
    for act in (switch_signal_stream, remove_signal_stream):
        with pytest.raises(NotAllowed):
            act(facts=admin, stream=row, reason="x")
    for make in (renew_push_secret, await_verification):
        with pytest.raises(NotAllowed):
            make(facts=admin, stream=row)


def test_what_is_no_column_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="push_digest"):
        added(push_digest="x")
