"""The cards of the tour: what counts as done, and what a repeated card finds.

Everything runs in one process of the demo's own; each test asks about a part of what it saw.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.demo.running import ROOT, environment

pytestmark = pytest.mark.slow

ACT = """
import json, time
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from django.utils import timezone
from demo_project import schema
from demo_project.people import PASSWORD
from demo_project.progress import Happened, cards_done, is_done_by
from demo_project.seed import seed
from demo_project.stories import CARDS, CHECKPOINTS
from demo_project.views.inbox import _CODE, _linked
from otpguard.models import Hold, Membership
from otpguard.models.factor import FACTORS
from otpguard.testing import pass_step_up

setup_test_environment()
seed()
saw = {"cards": len(CARDS), "checkpoints": len(CHECKPOINTS)}

def browser(**more):
    return Client(headers={"host": "localhost", "accept": "text/html"}, **more)

def press(client, name):
    return client.post(reverse("start-card", args=[name]))

def state(username):
    user = User.objects.get(username=username)
    return {
        "password": user.check_password(PASSWORD),
        "roles": [row.roles for row in Membership.objects.filter(user=user)],
        "held": Hold.objects.filter(user=user, lifted_at=None, until__gt=timezone.now()).count(),
        "factors": FACTORS.filter(user=user.pk, confirmed=True, disabled_at=None).count(),
    }

client = browser()
saw["pressed"] = press(client, "nothing-of-this-name").status_code, sorted(cards_done())
press(client, "once")
pass_step_up(client)
client.get(reverse("contacts-export"))
saw["by alice"] = sorted(cards_done())
page = client.get(reverse("audit"))
saw["audit"] = page.content.decode()

saw["led to"] = press(client, "data-export").url, str(client.session["_auth_user_id"])
saw["henry"] = str(User.objects.get(username="henry@hooli").pk)
pass_step_up(client)
client.get(reverse("contacts-export"))
saw["by henry"] = sorted(cards_done())

press(client, "permission")
client.get("/keys/")
tour = client.get("/").content.decode()
saw["looked at"] = sorted(cards_done())
saw["tour"] = tour

press(client, "password")
pass_step_up(client)
new = {"new_password1": "quite-another-7", "new_password2": "quite-another-7"}
client.post(reverse("password"), new)
saw["frank"] = state("frank@globex")
press(client, "password")
saw["frank again"] = state("frank@globex")

def grant(role):
    pass_step_up(client)
    bob = Membership.objects.get(user__username="bob@acme")
    from otpguard.flows.tenant import provision
    from otpguard.core.facts import RequestFacts
    provision.set_member(facts=RequestFacts(now=timezone.now()), tenant=bob.tenant,
        user_id=str(bob.user_id), roles=[*bob.roles, role], active=True)

grant("admin")
FACTORS.filter(user__username="bob@acme").delete()
saw["bob"] = state("bob@acme")
from demo_project.again import put_back
put_back(CARDS["role"])
saw["bob again"] = state("bob@acme")

one, two = (
    Happened(kind="checkpoint.passed", checkpoint="data_export", who="erin", tenant=slug)
    for slug in ("acme", "globex")
)
saw["order"] = [is_done_by(CARDS["two"], log) for log in ([one, two], [two, one], [one, one])]

press(client, "pay")
paid = {"amount": "1250", "payee": "Ann & Co", "account": "DE02 1203 0000 0000 2020 51"}
asked = client.post("/pay/", paid)
shown = client.get(asked["Location"]).content.decode()
wrong = client.post("/pay/", {**paid, "payee": "evil.example"})
saw["pay"] = asked.status_code, shown, wrong.status_code, wrong.content.decode()
press(client, "invite")
from demo_project.more_forms import InviteForm
names = list(InviteForm.base_fields)
saw["invite"] = [client.post("/invite/", dict(zip(names, ("a@b.example", role)))).status_code
    for role in ("member", "admin")]
from demo_project import invitations
invited = Membership.objects.get(user__username="a@b.example")
token = invitations.token_of(invited)
stranger = browser()
asked = stranger.get(f"/join/{token}/")
logged_in = client.get(f"/join/{token}/")
found = [invitations.membership_of(each) == invited for each in (token, token[:-1] + "x")]
Membership.objects.filter(pk=invited.pk).update(active=False)
found.append(invitations.membership_of(token) == invited)
Membership.objects.filter(pk=invited.pk).update(active=True)
invited.user.set_password("quite-another-7")
invited.user.save()
found.append(invitations.membership_of(token) == invited)
again = client.post("/invite/", dict(zip(names, ("a@b.example", "member"))))
from demo_project.views.inbox import read
mails = [each.subject for each in read(settings.INBOX) if each.to == "a@b.example"]
saw["join"] = [asked.status_code, asked["Location"], logged_in.status_code, found,
    stranger.get(f"/join/{token}/").status_code, mails]
press(client, "deal")
saw["deal"] = client.post("/deals/", {"dollars": "1"}).status_code
press(client, "settings")
saw["policy"] = client.post("/policy/", {"minutes": "15"}).status_code
press(client, "close")
saw["close"] = client.get("/close/").content.decode()
from otpguard.core.facts import RequestFacts
from otpguard.flows.closure.ask import ask_closure
dave = Membership.objects.get(user__username="dave@globex")
ask_closure(facts=RequestFacts(now=timezone.now(), user=str(dave.user_id),
    tenant=str(dave.tenant_id), host="localhost", path="/close/"))
saw["closing"] = client.get("/close/").content.decode()
client.post("/close/")
saw["closed not"] = client.get("/close/").content.decode()
saw["beside done"] = "close" in cards_done()

press(client, "email")
saw["email asked"] = client.post("/email/", {"email": "bob.new@acme.example"}).status_code
saw["email same"] = client.get("/email/").content.decode()
User.objects.filter(username="bob@acme").update(email="bob.new@acme.example")
put_back(CARDS["email"])
saw["email again"] = User.objects.get(username="bob@acme").email
visitor = browser()
fresh = User.objects.create_user("ada@new.example", email="ada@new.example", password=PASSWORD)
visitor.force_login(fresh)
saw["first page"] = visitor.get("/first-project/").content.decode()
saw["first asked"] = visitor.post("/first-project/", {"name": "Moonshot"}).status_code
press(client, "emergency")
saw["emergency"] = client.get("/security/emergency/").status_code

lost = browser().get("/nowhere/")
saw["404"] = lost.status_code, lost.content.decode()
gone = press(client, "nothing-of-this-name")
saw["404 of a view"] = gone.status_code, gone.content.decode()
stale = browser(enforce_csrf_checks=True).post(reverse("login"), {})
saw["csrf"] = stale.status_code, stale.content.decode()
saw["codes"] = [bool(_CODE.search(text)) for text in (
    "Acme CRM code 710330: Sign up.", "Your code is: 7, 1, 0, 3, 3, 0. Once more",
    "From the IP address: 127.0.0.1", "It is destroyed at 2026-12-01 15:24 UTC.")]
saw["linked"] = _linked('<a href="x">y</a> <script>1</script> http://localhost:8000/r/?a=1&b=2 .')
saw["fits"] = schema.is_migrated() and schema.fits()
with connection.cursor() as cursor:
    cursor.execute("ALTER TABLE demo_visit DROP COLUMN at")
saw["fits another"] = schema.fits()
print(json.dumps(saw))
"""


@pytest.fixture(scope="module")
def saw(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the process saw."""
    folder = tmp_path_factory.mktemp("cards")
    for words in (("migrate", "--verbosity", "0"), ("shell", "--no-imports", "-c", ACT)):
        done = subprocess.run(
            [sys.executable, "-W", "error", "manage.py", *words],
            cwd=ROOT,
            env=environment(folder),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_nothing_is_done_in_the_beginning_and_an_unknown_card_is_not_found(
    saw: dict[str, Any],
) -> None:
    assert saw["pressed"] == [404, []]


def test_a_card_logs_its_person_in_and_leads_to_its_page(saw: dict[str, Any]) -> None:
    assert saw["led to"] == ["/contacts/", saw["henry"]]


def test_a_card_is_done_by_its_own_person_only(saw: dict[str, Any]) -> None:
    assert saw["by alice"] == [], "of her card's two steps she has taken one, and it is Henry's"
    assert saw["by henry"] == ["data-export"]


def test_the_steps_of_a_card_count_in_their_order(saw: dict[str, Any]) -> None:
    assert saw["order"] == [True, False, False]


def test_looking_at_a_page_is_a_step_too(saw: dict[str, Any]) -> None:
    assert saw["looked at"] == ["data-export", "permission"]


def test_the_tour_counts_what_is_done_and_names_the_next(saw: dict[str, Any]) -> None:
    assert f"2 of {saw['cards']} done" in saw["tour"]
    assert f"1 of {saw['checkpoints']} done" in saw["tour"]
    assert saw["tour"].count(">Next<") == 1
    assert saw["tour"].count("Try it again") == 2


def test_a_card_that_is_done_starts_from_its_start(saw: dict[str, Any]) -> None:
    assert saw["frank"]["password"] is False
    assert saw["frank again"] == {"password": True, "roles": [["member"]], "held": 0, "factors": 1}


def test_roles_holds_and_factors_are_put_back(saw: dict[str, Any]) -> None:
    assert saw["bob"]["roles"] == [["admin", "member"]]
    assert saw["bob"]["held"] == 1
    assert saw["bob"]["factors"] == 0
    assert saw["bob again"] == {"password": True, "roles": [["member"]], "held": 0, "factors": 1}


def test_the_audit_page_says_who_in_names_and_when_as_times(saw: dict[str, Any]) -> None:
    assert ">Who<" in saw["audit"]
    assert "alice@acme" in saw["audit"]
    assert "the system" in saw["audit"]
    assert "<time datetime=" in saw["audit"]
    assert "henry@hooli" not in saw["audit"], "of another organization"


def test_a_payment_is_named_on_the_page_and_a_link_is_no_payee(saw: dict[str, Any]) -> None:
    status, page, refused, answer = saw["pay"]
    assert status in {302, 303}
    assert "1250.00 EUR, Ann &amp; Co, ...2051" in page
    assert refused == 400
    assert "for a payee" in answer


def test_an_enterprise_organization_is_asked_for_an_admin_and_for_a_deal(
    saw: dict[str, Any],
) -> None:
    assert saw["invite"] == [302, 303], "a member is invited, an admin asks"
    assert saw["deal"] == 303


def test_an_invitation_asks_a_stranger_for_a_number_and_serves_once(saw: dict[str, Any]) -> None:
    asked, where, logged_in, found, used, mails = saw["join"]
    assert asked == 303
    assert "/security/number/" in where
    assert logged_in == 403, "who is logged in is asked to log out first"
    assert found == [True, False, False, False], "changed, of somebody put out, used"
    assert used == 404
    assert mails == ["Join Initech Enterprise"], "who has joined gets no second one"


def test_rules_are_changed_with_a_proof_only(saw: dict[str, Any]) -> None:
    assert saw["policy"] == 303


def test_closing_an_organization_waits_and_can_be_canceled(saw: dict[str, Any]) -> None:
    assert "Close Globex</button>" in saw["close"]
    assert "Keep it open</button>" in saw["closing"]
    assert "will be closed at" in saw["closing"]
    assert "Close Globex</button>" in saw["closed not"]
    assert saw["beside done"] is True


def test_another_e_mail_address_asks_and_is_put_back_when_the_card_is_repeated(
    saw: dict[str, Any],
) -> None:
    assert saw["email asked"] == 303
    assert "once the form is valid" in saw["email same"]
    assert saw["email again"] == "bob@acme.example"


def test_somebody_without_an_organization_is_asked_at_the_first_project(
    saw: dict[str, Any],
) -> None:
    assert "first_action" in saw["first page"]
    assert saw["first asked"] == 303


def test_the_card_of_the_emergency_envelope_leads_to_its_page(saw: dict[str, Any]) -> None:
    assert saw["emergency"] == 200


@pytest.mark.parametrize("page", ["404", "404 of a view", "csrf"])
def test_what_goes_wrong_looks_like_the_demo(saw: dict[str, Any], page: str) -> None:
    status, text = saw[page]
    assert status == (403 if page == "csrf" else 404)
    assert "Back to the tour" in text
    assert "DEBUG" not in text


def test_links_of_a_message_can_be_clicked_and_its_markup_is_text(saw: dict[str, Any]) -> None:
    assert saw["linked"].count("<a ") == 1
    assert "<script" not in saw["linked"]
    assert 'href="http://localhost:8000/r/?a=1&amp;b=2"' in saw["linked"]
    assert 'rel="noopener"' in saw["linked"]


def test_a_code_is_found_in_digits_and_words_and_an_ip_address_is_none(saw: dict[str, Any]) -> None:
    assert saw["codes"] == [True, True, False, False]


def test_a_database_of_another_version_is_noticed(saw: dict[str, Any]) -> None:
    assert saw["fits"] is True
    assert saw["fits another"] is False
