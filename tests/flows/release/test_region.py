"""Files of exports lie only where the data of their organization may."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from otpguard.exceptions import NotAllowed
from otpguard.flows.release.produce import produce_release
from otpguard.flows.release.region import wrong_region
from otpguard.models import Release, Tenant
from tests import factories
from tests.releasing import asked, asked_by, files, made
from tests.store_down import no_answer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]


def lie_in(settings: Any, region: str) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "STORAGE_REGIONS": {"releases": region}}


def test_a_file_is_made_where_the_data_may_lie(settings: Any) -> None:
    lie_in(settings, "eu")
    member = factories.member(factories.tenant(tags=["EU-only"]), roles=["admin"])
    assert made(asked_by(member)[1]).state == "ready"


def test_elsewhere_it_cannot_be_asked_for(settings: Any) -> None:
    lie_in(settings, "US")
    member = factories.member(factories.tenant(tags=["EU-only"]), roles=["admin"])
    with pytest.raises(NotAllowed, match="lie in US"):
        asked_by(member)
    assert not Release.objects.exists()
    free = factories.member(factories.tenant("free"), roles=["admin"])
    assert made(asked_by(free)[1]).state == "ready"


def test_tags_that_changed_meanwhile_stop_it_before_the_job_runs(settings: Any) -> None:
    lie_in(settings, "US")
    member = factories.member(factories.tenant(), roles=["admin"])
    _, release = asked_by(member)
    Tenant.objects.filter(pk=member.tenant_id).update(tags=["EU-only"])
    assert not produce_release(release_id=str(release.pk), now=timezone.now())
    release.refresh_from_db()
    assert (release.state, release.reason) == ("failed", "storage")
    assert (asked, files()) == ([], [])


def test_where_nobody_has_said_nothing_is_refused(settings: Any) -> None:
    tenant = factories.tenant(tags=["EU-only"])
    assert wrong_region(tenant) == ""
    settings.OTPGUARD = {**settings.OTPGUARD, "STORAGE_REGION": "US"}
    assert wrong_region(tenant) == "US", "a storage that is not named lies with the rest"


def test_while_the_database_is_away_nothing_is_made(settings: Any) -> None:
    lie_in(settings, "US")
    member = factories.member(factories.tenant(), roles=["admin"])
    _, release = asked_by(member)
    with no_answer(), pytest.raises(DatabaseError):
        produce_release(release_id=str(release.pk), now=timezone.now())
    assert asked == []
