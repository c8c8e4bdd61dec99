"""The command says how far it is, and ends with one line when it cannot go on."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from django.utils import timezone

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.challenge import ChallengeExpired
from otpguard.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
OLD, NEW = "the old root key of these tests", "the new root key of these tests"


def keys(*roots: str, **more: object) -> override_settings:
    return override_settings(OTPGUARD={"ROOT_KEYS": list(roots), **more})


def output(**options: object) -> str:
    out = StringIO()
    call_command("otpguard_rekey", stdout=out, no_color=True, **options)
    return out.getvalue()


def test_it_prints_progress_and_totals() -> None:
    with keys(OLD, INDEX_KEYS=[OLD]):
        for _ in range(3):
            factories.phone_factor(factories.user())
    with keys(NEW, OLD, INDEX_KEYS=[OLD]):
        said = output(batch=2)
        assert "factors: 2 read, 2 rewritten …" in said
        assert "factors: 3 read, 3 rewritten done" in said
        assert "Done: 3 rows read, 3 rewritten." in said
        assert "Done: 3 rows read, 0 rewritten." in output()
        (told,) = Event.objects.filter(kind="root_key.rotated")
        assert json.loads(told.body)["data"] == {"rows": 3}


def test_a_lost_key_ends_it_with_one_line_that_says_what_to_do() -> None:
    with keys(OLD):
        factories.phone_factor(factories.user())
    with keys(NEW), pytest.raises(CommandError) as caught:
        output()
    assert "ROOT_KEYS" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.returncode == 1


def test_a_batch_of_nothing_is_refused() -> None:
    with pytest.raises(CommandError, match="at least 1"):
        output(batch=0)


def test_it_says_which_keys_are_still_needed_and_why() -> None:
    with keys(OLD):
        record(ChallengeExpired(), Circumstances(now=timezone.now()))
    with keys(NEW, OLD):
        said = output()
    assert "1 audit events are under older root keys" in said
    assert "INDEX_KEYS is not set" in said
