"""An export of the log is asked for as every release, and fetched by who asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as django_settings

from otpguard.core.audit_export import ExportFormat, LogSelection
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.audit.ask_export import ask_export
from otpguard.models import Event, Membership, Release
from otpguard.releases.storage import has_storage
from tests import factories
from tests.flows.audit.logging import TWO, begin, seal, write
from tests.releasing import jobs, made, stored

__all__ = ["jobs"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]
WHOLE = LogSelection()
PART = LogSelection(kind="checkpoint.denied")


@pytest.fixture
def admin() -> Membership:
    begin()
    member = factories.member(factories.tenant(), roles=["admin"])
    write(member.tenant_id, 2)
    write(TWO)
    seal()
    return member


def asked(member: Membership, export: ExportFormat, selection: LogSelection = WHOLE) -> Release:
    facts = factories.facts(member.user, member.tenant, host="testserver", method="POST")
    return ask_export(facts=facts, export=export, selection=selection)


@pytest.mark.parametrize("export", list(ExportFormat))
def test_each_format_is_made_into_an_encrypted_file(
    admin: Membership, export: ExportFormat
) -> None:
    release = made(asked(admin, export))
    assert (release.state, release.checkpoint) == ("ready", "audit_log_export")
    assert str(admin.tenant_id).encode() not in stored(release.file)
    assert release.rows >= 2
    kinds = Event.objects.filter(tenant_id=admin.tenant_id).values_list("kind", flat=True)
    assert {"release.asked", "release.finished"} <= set(kinds)


def test_a_part_names_itself_in_its_job_and_its_selection_in_the_event(admin: Membership) -> None:
    release = made(asked(admin, ExportFormat.CSV, PART))
    assert (release.job, release.rows) == ("audit_log_part_csv", 2)
    told = Event.objects.get(kind="release.asked")
    assert "checkpoint.denied" in told.body


def test_proofs_come_with_the_whole_log_alone(admin: Membership) -> None:
    with pytest.raises(InvalidInput):
        asked(admin, ExportFormat.BUNDLE, PART)


def test_a_stranger_to_the_tenant_gets_none(admin: Membership) -> None:
    stranger = factories.member(factories.tenant(), roles=["admin"])
    facts = factories.facts(stranger.user, admin.tenant, host="testserver", method="POST")
    with pytest.raises(NotAllowed):
        ask_export(facts=facts, export=ExportFormat.CSV, selection=LogSelection())
    assert not Release.objects.exists()


def test_without_a_storage_there_is_none(admin: Membership, settings: Any) -> None:
    assert has_storage()
    settings.STORAGES = {
        name: each for name, each in django_settings.STORAGES.items() if name != "releases"
    }
    assert not has_storage()
    with pytest.raises(NotAllowed, match="no storage"):
        asked(admin, ExportFormat.CSV)


def test_a_log_that_is_not_sealed_yet_has_no_proofs(admin: Membership) -> None:
    other = factories.member(factories.tenant(), roles=["admin"])
    release = made(asked(other, ExportFormat.BUNDLE))
    assert release.state != "ready"
