"""Members of many tenants from lines of CSV: looked up in batches, done by tenant."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.tenant.import_file import (
    BATCH,
    Effect,
    ImportedLine,
    check_members,
    import_lines,
)
from otpguard.flows.tenant.provision import create_tenant
from otpguard.models import Event, Hold, Membership, Notice, Tenant
from tests import factories

pytestmark = pytest.mark.django_db
HEAD = "organization,email,roles\n"


@pytest.fixture
def script() -> RequestFacts:
    return RequestFacts(now=timezone.now())


@pytest.fixture(autouse=True)
def acme(script: RequestFacts) -> Tenant:
    return create_tenant(facts=script, slug="acme", name="Acme", external_id="17")


def done(facts: RequestFacts, *lines: str, held: bool = True) -> list[ImportedLine]:
    return list(import_lines(facts=facts, lines=[HEAD, *lines], held=held))


def effects(found: list[ImportedLine]) -> list[tuple[Effect, str]]:
    return [(each.effect, each.mistake or each.line.mistake) for each in found]


def test_people_become_members_by_slug_or_external_id_and_e_mail(script: RequestFacts) -> None:
    ada, bob = factories.user("ada"), factories.user("bob")
    found = done(script, "acme,ADA@example.com,admin\n", "17,bob@example.com,\n")
    assert effects(found) == [(Effect.ADDED, "")] * 2
    assert dict(Membership.objects.values_list("user", "roles")) == {ada.pk: ["admin"], bob.pk: []}


def test_a_second_run_writes_nothing_and_goes_on_where_the_first_broke_off(
    script: RequestFacts,
) -> None:
    lines = [f"acme,{factories.user().email},admin\n" for _ in range(3)]
    done(script, *lines[:2], held=False)
    found = done(script, *lines, held=False)
    assert [each.effect for each in found] == [Effect.SAME, Effect.SAME, Effect.ADDED]
    assert Event.objects.filter(kind="membership.imported").count() == 3
    assert not Hold.objects.exists()
    later = replace(script, now=script.now + timedelta(days=400))
    assert {each.effect for each in done(later, *lines, held=False)} == {Effect.SAME}


def test_admins_of_a_tenant_that_is_not_new_are_refused_without_a_hold(
    script: RequestFacts,
) -> None:
    done(script, f"acme,{factories.user().email},admin\n", held=False)
    later = replace(script, now=script.now + timedelta(days=2))
    line = f"acme,{factories.user().email},admin\n"
    [found] = done(later, line, held=False)
    assert found.effect is Effect.WRONG
    assert "not new" in found.mistake
    [found] = done(later, line)
    assert found.effect is Effect.ADDED
    assert Hold.objects.count() == 1


def test_what_is_wrong_is_said_of_its_line_and_left_out(script: RequestFacts) -> None:
    other = create_tenant(facts=script, slug="17", name="Other")
    gone = factories.member(other, factories.user("gone"), roles=["member"], active=False)
    factories.user("twin", email="twin@example.com")
    factories.user("twin2", email="Twin@example.com")
    factories.user("ada")
    found = done(
        script,
        "nowhere,ada@example.com,admin\n",
        "17,ada@example.com,admin\n",
        "acme,nobody@example.com,admin\n",
        "acme,twin@example.com,admin\n",
        "acme,ada@example.com,member\n",
        "acme,ada@example.com,admin\n",
        "acme,ada@example.com,Admin\n",
    )
    said = [mistake for _effect, mistake in effects(found)]
    assert said == [
        "There is no organization with this slug or external id.",
        "Several organizations have this slug or external id.",
        "There is no account with this e-mail address.",
        "Several accounts have this e-mail address.",
        "",
        "This person is named in line 6 already.",
        "“Admin” is not a role name: use lower-case letters, digits and _ . -",
    ]
    assert Membership.objects.exclude(pk=gone.pk).get().roles == ["member"]


def test_an_import_brings_back_nobody_who_was_put_out(acme: Tenant, script: RequestFacts) -> None:
    gone = factories.member(acme, factories.user("gone"), roles=["member"], active=False)
    [found] = done(script, "acme,gone@example.com,member\n")
    assert found.effect is Effect.WRONG
    gone.refresh_from_db()
    assert not gone.active


def test_a_check_writes_nothing(script: RequestFacts) -> None:
    lines = [HEAD, f"acme,{factories.user().email},admin\n"]
    [found] = check_members(facts=script, lines=lines)
    assert found.effect is Effect.ADDED
    assert not Membership.objects.exists()


def test_only_the_site_imports_files(acme: Tenant) -> None:
    with pytest.raises(NotAllowed):
        list(check_members(facts=factories.facts(factories.user(), acme), lines=[HEAD]))


def test_memory_stays_the_same_however_long_the_file_is(script: RequestFacts) -> None:
    users = get_user_model()
    few = [users(username=f"u{n}", email=f"u{n}@example.com") for n in range(2 * BATCH)]
    users.objects.bulk_create(few)

    def peak(times: int) -> int:
        def lines() -> Iterator[str]:
            yield HEAD
            for _ in range(times):
                yield from (f"acme,{each.email},member\n" for each in few)

        tracemalloc.start()
        try:
            count = sum(1 for _ in check_members(facts=script, lines=lines()))
            assert count == times * len(few)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)
    assert peak(8) < 1.2 * peak(2)


def test_an_import_in_many_steps_is_one_run_with_one_notice_a_tenant(
    script: RequestFacts, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otpguard.flows.tenant.import_file.BATCH", 2)
    other = create_tenant(facts=script, slug="other", name="Other")
    bosses = [factories.member(each, roles=["admin"]).user.pk for each in (acme, other)]
    lines = [f"{name},{factories.user().email},admin\n" for name in ("acme", "other") * 3]
    done(script, *lines)
    told = Notice.objects.filter(kind="roles_imported").values_list("user_id", flat=True)
    assert set(bosses) <= set(told)
    assert len(set(told)) == len(told)
    runs = Event.objects.filter(kind__in=("members.imported", "membership.imported"))
    found = [json.loads(body)["data"]["run"] for body in runs.values_list("body", flat=True)]
    assert (len(set(found)), len(found)) == (1, 12)
