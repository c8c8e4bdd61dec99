"""Hardware tokens are given to members of one tenant: all of a file, or none."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.totp import Seed, code_at, step_at
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.factors import totp
from otpguard.factors.base import Shown
from otpguard.factors.enrolled import live_factors
from otpguard.flows.factor.import_tokens import (
    BadTokenFile,
    import_tokens,
    read_tokens,
)
from otpguard.models import Event, Factor, Notice, Tenant
from otpguard.testing.racing import race
from tests import factories, pskc

pytestmark = pytest.mark.django_db
SEED = Seed(key=b"12345678901234567890")
BASE32 = SEED.base32


def secret(number: int) -> str:
    return f"{number:040x}"


def file(*lines: str, head: str = "serial,user,secret") -> str:
    return "\n".join([head, *lines])


def member(tenant: Tenant, name: str = "", **fields: object) -> AbstractUser:
    return factories.member(tenant, factories.user(name, **fields)).user


def admin_of(tenant: Tenant) -> RequestFacts:
    return factories.facts(member(tenant), tenant)


def provision(
    facts: RequestFacts, tenant: Tenant, user: AbstractUser, serial: str = "A1"
) -> Factor:
    line = f"{serial},{user.username},{BASE32}"
    return import_tokens(facts=facts, tenant=tenant, text=file(line))[0]


def mistakes(facts: RequestFacts, tenant: Tenant, text: str) -> list[tuple[int, str]]:
    with pytest.raises(BadTokenFile) as caught:
        import_tokens(facts=facts, tenant=tenant, text=text)
    return [(each.line, each.text) for each in caught.value.mistakes]


def events() -> list[dict[str, Any]]:
    rows = Event.objects.filter(kind="factor.provisioned").order_by("id")
    return [
        {**json.loads(row.body), "actor": row.actor_ref, "subject": row.subject_ref} for row in rows
    ]


# --- one ---------------------------------------------------------------------------------------


def test_a_token_counts_at_once_as_hardware_and_only_in_its_tenant() -> None:
    tenant = factories.tenant()
    user = member(tenant)
    made = provision(admin_of(tenant), tenant, user)
    factor = Factor.objects.get(pk=made.pk)
    assert (factor.kind, factor.tenant, factor.hardware) == ("totp", tenant, True)
    assert (factor.confirmed, factor.serial, factor.name) == (True, "A1", "A1")
    now = timezone.now()
    code = code_at(SEED, step_at(SEED, now)).digits
    assert isinstance(totp.verify(factor, code, now=now), Shown)
    (live,) = live_factors(user=str(user.pk), tenant=str(tenant.pk))
    assert (live.id, live.hardware) == (str(factor.pk), True)
    assert live_factors(user=str(user.pk), tenant=str(factories.tenant().pk)) == []


def test_giving_one_is_written_down_without_its_secret() -> None:
    tenant = factories.tenant()
    user, facts = member(tenant), admin_of(tenant)
    factor = provision(facts, tenant, user)
    (event,) = events()
    assert (event["actor"], event["subject"]) == (facts.user, str(user.pk))
    assert event["tenant"] == str(tenant.pk)
    assert event["data"] == {
        "factor": str(factor.pk),
        "kind": "totp",
        "source": "file",
        "serial": "A1",
        "enrolled_at": "",
    }
    assert BASE32 not in json.dumps(event)


def test_whoever_gets_one_is_told() -> None:
    """NIST SP 800-63B-4, 4.6: the giver of a token knows its seed, so nobody gets one silently."""
    tenant = factories.tenant()
    ada, bo = member(tenant, "ada"), member(tenant, "bo")
    facts = admin_of(tenant)
    provision(facts, tenant, ada)
    lines = (f"A2,bo,{secret(2)}", f"A3,bo,{secret(3)}")
    import_tokens(facts=facts, tenant=tenant, text=file(*lines))
    told = Notice.objects.filter(kind="factor_added", tenant=tenant)
    assert sorted(told.values_list("user_id", flat=True)) == [ada.pk, bo.pk]


def test_only_members_are_given_one() -> None:
    tenant = factories.tenant()
    facts, left = admin_of(tenant), factories.member(tenant, active=False).user
    for user in (factories.user(), left, member(factories.tenant())):
        found = mistakes(facts, tenant, file(f"A1,{user.username},{BASE32}"))
        assert [text for _line, text in found] == [
            "This organization has no active member with this name."
        ]
    assert not Factor.objects.exists()


def test_nobody_gives_one_in_another_tenant() -> None:
    own, other = factories.tenant(), factories.tenant()
    user = member(other)
    for facts in (admin_of(own), factories.facts(factories.staff(), own)):
        with pytest.raises(NotAllowed, match="another organization"):
            provision(facts, other, user)
        with pytest.raises(NotAllowed, match="another organization"):
            read_tokens(facts=facts, tenant=other, text=file(f"A1,{user.username},{BASE32}"))
        with pytest.raises(NotAllowed, match="another organization"):
            import_tokens(facts=facts, tenant=other, text="")
    assert not Factor.objects.exists()


def test_nobody_gives_one_to_themselves() -> None:
    """A person who knows the seed has no token but a copy: it would lift their own proofs."""
    tenant = factories.tenant()
    user = member(tenant)
    text = file(f"A1,{user.username},{BASE32}")
    assert mistakes(factories.facts(user, tenant), tenant, text) == [
        (2, "You cannot give a token to yourself.")
    ]


def test_a_serial_number_is_once_in_a_tenant_and_may_be_in_another() -> None:
    here, there = factories.tenant(), factories.tenant()
    facts = admin_of(here)
    provision(facts, here, member(here))
    again = file(f"A1,{member(here).username},{BASE32}")
    assert mistakes(facts, here, again) == [(2, "A token with this serial number already exists.")]
    provision(admin_of(there), there, member(there))
    assert len(events()) == Factor.objects.count() == 2


@pytest.mark.parametrize("serial", ["", "x" * 65, "a\nb"])
def test_what_is_no_serial_number_is_refused(serial: str) -> None:
    tenant = factories.tenant()
    text = file(f'"{serial}",{member(tenant).username},{BASE32}')
    assert mistakes(admin_of(tenant), tenant, text)
    assert not Factor.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_give_out_one_serial_number_at_once_one_does() -> None:
    tenant = factories.tenant()
    facts, user = admin_of(tenant), member(tenant)

    def give() -> bool:
        try:
            provision(facts, tenant, user)
        except InvalidInput:
            return False
        return True

    assert sorted(race(give, threads=2)) == [False, True]
    assert len(events()) == Factor.objects.count() == 1


# --- a file ------------------------------------------------------------------------------------


def test_a_file_is_given_out_by_login_name_or_email() -> None:
    tenant = factories.tenant()
    ada, eve = member(tenant, "ada"), member(tenant, "eve", email="Eve@Example.com")
    text = file(
        f"A1,ada,,{secret(1)},8,60",
        f"A2,,eve@example.COM,{secret(2)},,",
        head="serial,user,email,secret,digits,period",
    )
    made = import_tokens(facts=admin_of(tenant), tenant=tenant, text=text)
    rows = Factor.objects.filter(tenant=tenant, hardware=True, confirmed=True).order_by("serial")
    assert [row.pk for row in rows] == [factor.pk for factor in made]
    assert [row.user for row in rows] == [ada, eve]
    seed = totp.seed_of(rows[0])
    assert (seed.key.hex(), seed.digits, seed.period) == (secret(1), 8, 60)
    assert [event["data"]["source"] for event in events()] == ["file", "file"]
    assert [event["subject"] for event in events()] == [str(ada.pk), str(eve.pk)]


def test_the_site_and_a_command_may_import_as_well() -> None:
    tenant = factories.tenant()
    member(tenant, "ada")
    for number, facts in enumerate(
        (factories.facts(factories.staff()), RequestFacts(now=timezone.now()))
    ):
        text = file(f"A{number},ada,{secret(number)}")
        assert len(import_tokens(facts=facts, tenant=tenant, text=text)) == 1


def test_with_one_mistake_nothing_is_imported_and_all_are_said() -> None:
    tenant = factories.tenant()
    facts = admin_of(tenant)
    member(tenant, "ada")
    factories.member(tenant, factories.user("left"), active=False)
    factories.user("stranger", email="stranger@example.com")
    provision(facts, tenant, member(tenant), "TAKEN")
    text = file(
        f"A1,ada,,{secret(1)}",
        f"A2,stranger,,{secret(2)}",
        f"A3,nobody,,{secret(3)}",
        f"A4,left,,{secret(4)}",
        f"A5,,stranger@example.com,{secret(5)}",
        f"TAKEN,ada,,{secret(6)}",
        "A7,ada,,?",
        f"A8,Ada,,{secret(8)}",
        head="serial,user,email,secret",
    )
    nobody = "This organization has no active member with this name."
    assert mistakes(facts, tenant, text) == [
        (3, nobody),
        (4, nobody),
        (5, nobody),
        (6, nobody),
        (7, "A token with this serial number already exists."),
        (8, "The secret is neither base32 nor hex."),
        (9, nobody),
    ]
    assert list(Factor.objects.values_list("serial", flat=True)) == ["TAKEN"]
    assert len(events()) == 1


def test_an_email_of_several_members_says_so() -> None:
    tenant = factories.tenant()
    for _ in range(2):
        member(tenant, email="team@example.com")
    text = file(f"A1,team@example.com,{BASE32}", head="serial,email,secret")
    assert mistakes(admin_of(tenant), tenant, text) == [
        (2, "Several members have this e-mail address: give the user instead.")
    ]


def test_reading_writes_nothing() -> None:
    tenant = factories.tenant()
    ada = member(tenant, "ada")
    text = file(f"A1,ada,{BASE32}")
    ((token,), found) = read_tokens(facts=admin_of(tenant), tenant=tenant, text=text)
    assert (token.user_id, token.row.serial, found) == (str(ada.pk), "A1", ())
    assert not Factor.objects.exists()


def test_a_file_is_checked_in_as_many_statements_whatever_its_length(
    django_assert_num_queries: Any,
) -> None:
    tenant = factories.tenant()
    member(tenant, "ada")
    facts = admin_of(tenant)
    for count in (1, 40):
        text = file(*(f"A{number},ada,{secret(number)}" for number in range(count)))
        with django_assert_num_queries(2):
            assert len(read_tokens(facts=facts, tenant=tenant, text=text)[0]) == count


# --- formats -----------------------------------------------------------------------------------


def test_the_file_of_entra_names_people_by_login_name_or_email() -> None:
    tenant = factories.tenant()
    ada = member(tenant, "ada@contoso.com", email="elsewhere@example.com")
    bo = member(tenant, "bo", email="Bo@contoso.com")
    text = "\n".join(
        [
            "upn,serial number,secret key,time interval,manufacturer,model",
            f"ada@contoso.com,1,{BASE32},60,Contoso,HardwareKey",
            "bo@contoso.com,2,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,",
        ]
    )
    first, second = import_tokens(facts=admin_of(tenant), tenant=tenant, text=text)
    assert (first.user_id, first.name) == (str(ada.pk), "HardwareKey 1")
    assert (second.user_id, second.name) == (str(bo.pk), "2")
    assert totp.seed_of(first).period == 60


def test_a_login_name_goes_before_an_email_of_another() -> None:
    tenant = factories.tenant()
    ada = member(tenant, "ada@contoso.com")
    member(tenant, email="ada@contoso.com")
    head = "upn,serial number,secret key"
    text = file(f"ada@contoso.com,1,{BASE32}", head=head)
    (made,) = import_tokens(facts=admin_of(tenant), tenant=tenant, text=text)
    assert made.user_id == str(ada.pk)


def test_a_pskc_file_is_given_out_and_its_token_works_with_its_clock() -> None:
    tenant = factories.tenant()
    ada = member(tenant, "ada")
    drift = "<TimeDrift><PlainValue>-4</PlainValue></TimeDrift>"
    text = pskc.container(pskc.token(pskc.plain(pskc.RFC_SECRET), model="C200", data=drift))
    (made,) = import_tokens(facts=admin_of(tenant), tenant=tenant, text=text)
    factor = Factor.objects.get(pk=made.pk)
    assert (factor.user_id, factor.name, factor.serial) == (ada.pk, "C200 A1", "A1")
    assert (factor.hardware, factor.drift) == (True, -4)
    now = timezone.now()
    shown = factories.totp_code(factor, now - timedelta(seconds=4 * 30))
    assert isinstance(totp.verify(factor, shown, now=now), Shown)


def test_an_encrypted_file_of_a_stock_is_given_out_by_a_list_of_owners() -> None:
    tenant = factories.tenant()
    ada = member(tenant, "ada")
    key = bytes(range(16))
    stock = [
        pskc.token(pskc.cbc(number.to_bytes(20, "big"), key), serial=f"S{number}", user="")
        for number in range(4)
    ]
    known: dict[str, Any] = {
        "facts": admin_of(tenant),
        "tenant": tenant,
        "text": pskc.container(*stock, head=pskc.SHARED),
        "owners": "serial,user\nS2,ada\n",
    }
    with pytest.raises(BadTokenFile):
        import_tokens(**known)
    (made,) = import_tokens(**known, key=key.hex())
    assert (made.user_id, made.serial) == (str(ada.pk), "S2")
    assert totp.seed_of(made).key == (2).to_bytes(20, "big")


def test_mistakes_stand_in_the_list_that_they_are_in() -> None:
    tenant = factories.tenant()
    member(tenant, "ada")
    facts = admin_of(tenant)
    text = f"serial,secret\nA1,{BASE32}"
    owners = f"serial,user\nA1,eve\nA2,ada\nA1,{facts.user}\n"
    _tokens, found = read_tokens(facts=facts, tenant=tenant, text=text, owners=owners)
    assert [(each.in_owners, each.line) for each in found] == [
        (True, 2),
        (True, 3),
        (True, 4),
        (True, 4),
    ]
    _tokens, found = read_tokens(facts=facts, tenant=tenant, text="serial\nA1", owners=owners)
    assert (found[0].in_owners, found[0].line) == (False, 1)
