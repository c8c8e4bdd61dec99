"""A key goes with its release; a file that the storage keeps is deleted later."""

from __future__ import annotations

import pytest
from django.core.files.storage import InMemoryStorage
from django.utils import timezone

from otpguard.flows.release.cancel import cancel_release
from otpguard.flows.release.destroy import delete_file_of, delete_leftovers
from tests.releasing import files, ready

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]


def test_a_file_that_cannot_be_deleted_now_is_deleted_by_the_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_: object) -> None:
        raise ConnectionError

    facts, release = ready()
    with monkeypatch.context() as patched:
        patched.setattr(InMemoryStorage, "delete", away)
        assert cancel_release(facts=facts, release=release)
        assert delete_leftovers(now=timezone.now()) == 0
    release.refresh_from_db()
    assert (release.state, bool(release.key), files()) == ("canceled", False, [release.file])
    assert delete_leftovers(now=timezone.now()) == 1
    assert (files(), delete_leftovers(now=timezone.now())) == ([], 0)


def test_the_file_of_a_live_release_is_never_deleted() -> None:
    _, release = ready()
    assert delete_file_of(str(release.pk))
    assert files() == [release.file]


def test_deleting_a_person_or_a_tenant_deletes_their_files() -> None:
    ready()[1].user.delete()
    ready()[1].tenant.delete()
    assert files() == []
