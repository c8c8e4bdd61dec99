"""A kind of factor from outside is one file and one line, and stands wherever the others do."""

from __future__ import annotations

import re
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from otpguard.channels.providers.memory import SENT
from otpguard.checks.options import check_settings
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.assurance import AssuranceLevel, Primary
from otpguard.core.facts import RequestFacts
from otpguard.core.shipped_kinds import SHIPPED
from otpguard.factors.base import Given
from otpguard.factors.catalog import drivers
from otpguard.factors.enrolled import live_factors
from otpguard.flows.checkpoint.assurance import assurance_of
from otpguard.forms.policy import PolicyForm
from otpguard.models import Challenge, Factor, Grant, PolicyWish
from otpguard.testing import captured_events, send_notices
from otpguard.testing.factor_contract import FactorContract
from tests import factories
from tests.host import Host
from tests.house.source import ROOT
from tests.paper_list.kind import PaperList
from tests.stepup import begin, continue_form, go_on

LISTED = [*SHIPPED, "paper_list"]


pytestmark = pytest.mark.django_db


class Forging(PaperList):
    """Builds what it must not."""

    def __init__(self, *, sleight: str) -> None:
        super().__init__()
        self._sleight = sleight

    def build(self, facts: RequestFacts, given: Given, /) -> Factor:
        new = super().build(facts, given)
        match self._sleight:
            case "confirmed":
                new.confirmed = True
            case "foreign":
                new.user_id = factories.user().pk
            case _:
                new.kind, new.attested = "passkey", True
        return new


def install(settings: Any, *, listed: bool = True, **entry: Any) -> None:
    """The one line, and what the policies of the site then list."""
    line = {"paper_list": {"BACKEND": "tests.paper_list.kind.PaperList", **entry}}
    policies = {"*": {"allowed_factors": LISTED}} if listed else {}
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "FACTOR_KINDS": line,
        "POLICY_DEFAULTS": policies,
        "POLICY_FLOOR": policies,
    }


def take_out(settings: Any) -> None:
    gone = {"FACTOR_KINDS": {}, "POLICY_DEFAULTS": {}, "POLICY_FLOOR": {}}
    settings.OTPGUARD = {**settings.OTPGUARD, **gone}


def code_of(challenge: Challenge) -> str:
    """What is printed at the number that a challenge asks for."""
    driver = drivers()["paper_list"]
    assert isinstance(driver, PaperList)
    assert challenge.factor is not None
    challenge.refresh_from_db()
    return driver._code(challenge.factor, int(challenge.ceremony.reveal()))


def paper(of: Any, *, confirmed: bool = True) -> Factor:
    factor = drivers()["paper_list"].build(factories.facts(of), {"place": "the safe"})
    factor.confirmed = confirmed
    factor.save()
    return Factor.objects.get(pk=factor.pk)


def show(host: Host) -> RequestFacts:
    """A proof with the list in a login session; returns the facts of a request in it."""
    shown = {"method": "paper_list", "primary": "password", "uv": False, "be": True, "short": False}
    factories.grant(host.user, host.tenant, sid="sid", facts={**shown, "attested": False})
    return factories.facts(host.user, host.tenant, sid="sid", primary=Primary.PASSWORD)


def answer(client: Client, challenge: Challenge, given: str) -> Any:
    return client.post(reverse("otpguard:code", args=[challenge.pk]), {"code": given})


@pytest.mark.django_db(transaction=True)
class TestContract(FactorContract):
    slug = "paper_list"

    @pytest.fixture(autouse=True)
    def _installed(self, settings: Any) -> None:
        install(settings, listed=False)

    def filled_in(self) -> dict[str, Any]:
        return {"place": "the safe"}

    def right_answer(self, challenge: Challenge, factor: Factor, *, now: datetime) -> str:
        return code_of(challenge)


def test_it_is_enrolled_on_its_own_page_and_steps_up_on_its_own_page(
    host: Host, settings: Any
) -> None:
    install(settings, WORTH="AAL2")
    Factor.objects.all().delete()
    refused = host.client.get("/billing/")
    enroll = host.client.get(refused["Location"])["Location"]
    page = host.client.get(f"{enroll}paper_list/")
    assert b"Where will you keep it?" in page.content
    begun = host.client.post(f"{enroll}paper_list/", {"place": "the safe"})
    confirm = host.client.get(begun["Location"]).content.decode()
    challenge = Challenge.objects.get()
    assert "Print this list" in confirm
    assert confirm.count("<li><code>") == 40
    assert code_of(challenge) in confirm
    with captured_events() as events:
        answered = answer(host.client, challenge, code_of(challenge).lower())
    assert answered.status_code == 303
    assert Factor.objects.get().confirmed
    assert host.client.get("/billing/").status_code == 200
    assert {"factor.enrolled", "grant.issued"} <= {event["kind"] for event in events}

    Grant.objects.all().delete()
    choose = host.client.get("/billing/")["Location"]
    listed = host.client.get(choose).content.decode()
    assert "Paper list" in listed
    started = host.client.post(choose, {"factor": str(Factor.objects.get().pk)})
    asked = host.client.get(started["Location"]).content.decode()
    assert "Enter code number 2 of “the safe”" in asked
    assert "Print this list" not in asked
    challenge = Challenge.objects.get(state="open")
    assert answer(host.client, challenge, "0000000000").status_code == 400
    assert answer(host.client, challenge, code_of(challenge)).status_code == 303
    assert host.client.get("/billing/").status_code == 200


def test_a_code_of_the_list_serves_once_whatever_it_is_asked_for(host: Host, settings: Any) -> None:
    install(settings, WORTH="AAL2")
    factor = paper(host.user)
    for guarded in ("/billing/", "/export/"):
        page = host.client.get(guarded)["Location"]
        assert host.client.post(page, {"factor": str(factor.pk)}).status_code == 302
    first, second = Challenge.objects.order_by("created_at")
    code = code_of(first)
    assert code == code_of(second)
    assert answer(host.client, first, code).status_code == 303
    answer(host.client, second, code)
    second.refresh_from_db()
    assert second.state == "open"
    assert Grant.objects.count() == 1


@pytest.mark.parametrize("sleight", ["confirmed", "foreign", "passkey"])
def test_what_builds_something_else_than_a_new_factor_of_its_own_binds_nothing(
    host: Host, settings: Any, sleight: str
) -> None:
    install(settings, WORTH="AAL2", BACKEND=f"{__name__}.Forging", OPTIONS={"sleight": sleight})
    Factor.objects.all().delete()
    enroll = host.client.get(host.client.get("/billing/")["Location"])["Location"]
    with pytest.raises(ValueError, match="must build an unconfirmed factor"):
        host.client.post(f"{enroll}paper_list/", {"place": "the safe"})
    assert not Factor.objects.exists()


def test_it_is_in_no_policy_until_the_site_lists_it(host: Host, settings: Any) -> None:
    install(settings, listed=False, WORTH="AAL2")
    Factor.objects.all().delete()
    paper(host.user)
    refused = host.client.get("/billing/")
    enroll = host.client.get(refused["Location"])["Location"]
    assert "/enroll/" in enroll
    offered = host.client.get(enroll)
    assert b"Paper list" not in offered.content
    # What a URL asks for by hand is answered by a kind that would do.
    assert host.client.get(f"{enroll}paper_list/").context["kind"] != "paper_list"


def test_a_tenant_cannot_list_what_the_floor_of_the_site_does_not(
    host: Host, settings: Any
) -> None:
    install(settings, listed=False, WORTH="AAL2")
    PolicyWish.objects.create(
        tenant=host.tenant, checkpoint="*", version=1, wishes={"allowed_factors": LISTED}
    )
    Factor.objects.all().delete()
    paper(host.user)
    assert "/enroll/" in host.client.get(host.client.get("/billing/")["Location"])["Location"]


def test_it_is_worth_aal1_until_the_site_raises_it(host: Host, settings: Any) -> None:
    facts = show(host)
    checkpoint = checkpoint_named("billing_change")
    for entry, level, passes in (
        ({}, AssuranceLevel.AAL1, False),
        ({"WORTH": "AAL2"}, AssuranceLevel.AAL2, True),
    ):
        install(settings, **entry)
        seen = assurance_of(facts, checkpoint)
        assert (seen.level, seen.passes) == (level, passes)


def test_when_it_is_taken_out_its_factors_and_proofs_count_for_nothing(
    host: Host, settings: Any
) -> None:
    install(settings, WORTH="AAL2")
    Factor.objects.all().delete()
    factor = paper(host.user)
    facts = show(host)
    wish = {"allowed_factors": LISTED}
    PolicyWish.objects.create(tenant=host.tenant, checkpoint="*", version=1, wishes=wish)
    assert live_factors(user=facts.user, tenant=facts.tenant)
    take_out(settings)
    assert live_factors(user=facts.user, tenant=facts.tenant) == []
    assert not assurance_of(facts, checkpoint_named("billing_change")).passes
    page = host.client.get(reverse("otpguard:security")).content.decode()
    assert "paper_list" in page
    assert "Switched off" in page
    assert factor.confirmed


def test_when_it_is_taken_out_a_challenge_of_it_takes_no_answer(host: Host, settings: Any) -> None:
    install(settings, WORTH="AAL2")
    factor = paper(host.user)
    page = host.client.get("/billing/")["Location"]
    host.client.post(page, {"factor": str(factor.pk)})
    challenge = Challenge.objects.get()
    right = code_of(challenge)
    take_out(settings)
    assert host.client.get(reverse("otpguard:code", args=[challenge.pk])).status_code == 200
    assert answer(host.client, challenge, right).status_code == 400
    assert not Grant.objects.exists()
    assert b"Paper list" not in host.client.get(page).content


def test_when_it_is_taken_out_its_factor_can_still_be_removed(host: Host, settings: Any) -> None:
    install(settings, WORTH="AAL2")
    factor = paper(host.user)
    take_out(settings)
    remove = reverse("otpguard:remove-factor", args=[factor.pk])
    assert host.client.get(remove).status_code == 200
    begun = begin(host.client, host.client.post(remove), host.factor)
    removed = continue_form(host.client, go_on(host.client, begun))
    assert removed.status_code == 303
    assert not Factor.objects.filter(pk=factor.pk).exists()


def test_it_stands_on_the_security_page_and_on_the_page_of_offers(
    host: Host, settings: Any
) -> None:
    install(settings, WORTH="AAL2")
    paper(host.user)
    page = host.client.get(reverse("otpguard:security")).content.decode()
    assert "the safe" in page
    assert "Enough for most actions." in page
    offers = host.client.get(reverse("otpguard:add")).content.decode()
    assert "A list on paper needs no device and no network." in offers
    adding = host.client.get(reverse("otpguard:add-kind", args=["paper_list"])).content.decode()
    assert "Where will you keep it?" in adding
    assert "this one counts only 24 hours after you have confirmed it" in adding


def test_it_has_its_box_in_the_policy_form_and_only_then(settings: Any) -> None:
    def boxes() -> list[str]:
        form = PolicyForm(by_tenant=True)
        return [value for value, _label in form.fields["allowed_factors"].choices]

    assert boxes() == list(SHIPPED)
    install(settings, listed=False)
    assert boxes() == LISTED
    form = PolicyForm({"allowed_factors": ["passkey", "paper_list"]}, by_tenant=True)
    assert form.is_valid()
    assert form.wishes["allowed_factors"] == {"passkey", "paper_list"}


def test_it_has_its_row_in_coverage(settings: Any) -> None:
    install(settings, WORTH="AAL2")
    tenant = factories.tenant()
    paper(factories.member(tenant).user)
    client = Client()
    client.force_login(factories.staff())
    url = reverse("admin:otpguard_tenant_change", args=[tenant.pk])
    page = client.get(url).content.decode()
    assert re.search(r"Paper list.*?1", page, re.DOTALL)


def test_the_admin_names_it_and_shows_its_details_and_no_secret(settings: Any) -> None:
    install(settings, WORTH="AAL2")
    factor = paper(factories.user())
    client = Client()
    client.force_login(factories.staff())
    page = client.get(reverse("admin:otpguard_factor_change", args=[factor.pk])).content.decode()
    assert "Paper list" in page
    assert "codes left: 40" in page
    assert factor.secret.reveal() not in page
    url = reverse("admin:otpguard_factor_changelist")
    listed = client.get(url, {"kind": "paper_list"})
    assert list(listed.context["cl"].result_list) == [factor]
    assert not client.get(url, {"kind": "totp"}).context["cl"].result_list


def test_it_has_its_rows_in_the_table_for_auditors(settings: Any) -> None:
    install(settings, WORTH="AAL2")
    printed = StringIO()
    call_command("otpguard_assurance", stdout=printed)
    rows = [
        line for line in printed.getvalue().splitlines() if line.startswith("| Code of a paper")
    ]
    known = [
        "| Code of a paper list | nothing known | yes | no | no |",
        "| Code of a paper list | a password | yes | yes | no |",
    ]
    assert rows == [
        *known,
        "| Code of a paper list | single sign-on | yes | yes | no |",
        *known,
        # The strict profile counts nothing of which nothing is known.
        "| Code of a paper list | single sign-on | yes | no | no |",
    ]
    assert "Above AAL1 by this site's own judgment: `paper_list`." in printed.getvalue()


def test_people_are_told_of_it_by_its_name(host: Host, settings: Any) -> None:
    install(settings, WORTH="AAL2")
    Factor.objects.all().delete()
    enroll = host.client.get(host.client.get("/billing/")["Location"])["Location"]
    host.client.post(f"{enroll}paper_list/", {"place": "the safe"})
    challenge = Challenge.objects.get()
    answer(host.client, challenge, code_of(challenge))
    send_notices()
    assert "Paper list" in [message.text for message in SENT if message.code is None][-1]


def test_the_tables_are_the_same_with_it(settings: Any) -> None:
    install(settings)
    out = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=out)
    assert "No changes" in out.getvalue()


def test_the_checks_find_nothing_wrong_with_it(settings: Any) -> None:
    install(settings, WORTH="AAL2", OPTIONS={"codes": 10})
    found = {message.id for message in check_settings()}
    assert not {
        each for each in found if each in {"otpguard.E024", "otpguard.E025", "otpguard.W012"}
    }


def fences(text: str) -> dict[str, str]:
    """The blocks of a page by the file that the line before them names."""
    found = re.findall(r"^`([^`\n]+)`:\n\n```\w+\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return dict(found)


@pytest.mark.parametrize(
    "file",
    [
        "paper_list/kind.py",
        "paper_list/templates/paper_list/challenge.html",
        "paper_list/templates/paper_list/enroll.html",
    ],
)
def test_the_docs_show_this_very_example(file: str) -> None:
    page = (ROOT / "docs" / "factor-kinds.md").read_text(encoding="utf-8")
    assert fences(page)[file] == (ROOT / "tests" / file).read_text(encoding="utf-8")
