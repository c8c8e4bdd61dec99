"""Every page that people see, each in every state that changes what they can do there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.checkpoints import SENSITIVE
from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import StartReason
from otpguard.exceptions import Ask
from otpguard.flows.release import hold
from otpguard.flows.tenant.policy import change_policy
from otpguard.http.bearer.client_tokens import Ticket, encrypt_ticket
from otpguard.http.facts import facts_from
from otpguard.http.unavailable import unavailable
from otpguard.models import (
    Approval,
    Challenge,
    Event,
    Factor,
    Grant,
    Hold,
    IdentityProvider,
    Membership,
    Tenant,
)
from otpguard.testing import pass_step_up
from otpguard.web.federation.start import leaving
from otpguard.web.messages import PageProblem
from otpguard.web.stepup.choose import problem_page
from tests import factories
from tests.authenticator import Authenticator
from tests.host import Host
from tests.stepup import begin, carry_out, go_on
from tests.visiting import ask, embedded_link, page_of, visitor
from tests.visiting import begin as begin_number
from tests.web.team_pages import team_pages

Page = tuple[str, HttpResponse]
BROWSER = {"Accept": "text/html"}
LANDING = "https://www.landing.example"


def every_page(host: Host) -> Iterator[Page]:
    """The name of each page and state, with its response."""
    yield from _security(host)
    yield from _organization(host)
    yield from _step_up(host)
    yield from _team(host)
    yield from _other_kinds(host)
    yield from _problems(host)
    yield from _refusals(host)
    yield from _for_an_app(host)
    yield from _enrollment(host)
    yield from _visitors()


def _request(host: Host, path: str = "/billing/") -> HttpRequest:
    request = RequestFactory(headers=BROWSER).get(path)
    request.user = host.user
    request.session = SessionStore(host.client.session.session_key)
    return request


def _security(host: Host) -> Iterator[Page]:
    get = host.client.get
    factor = host.factor.pk
    for path in (
        *("", "?done=renamed", "add/", "add/phone/", "add/totp/", "add/passkey/", "log-out/"),
        *(f"factors/{factor}/rename/", f"factors/{factor}/remove/", f"factors/{factor}/number/"),
        *("recovery-codes/", "emails/add/", "emails/confirm/no-such-link/"),
        *(f"factors/{uuid4()}/rename/",),
    ):
        yield f"security/{path}", get(f"/security/{path}")


def _organization(host: Host) -> Iterator[Page]:
    get, rule = host.client.get, "team/rules/data_export/"
    member = Membership.objects.get(user=host.user)
    by = factories.facts(host.user, host.tenant)
    for tries in (2, 3):
        wishes = {"max_attempts": tries}
        change_policy(facts=by, tenant=host.tenant, checkpoint="data_export", wishes=wishes)
    for path in (
        *("team/", "team/rules/", rule, f"{rule}?done=saved", f"{rule}versions/"),
        *("team/members/", "team/members/?show=missing&q=nobody"),
        f"team/members/{member.pk}/",
        *("approvals/", "holds/", "emergency/", "releases/"),
    ):
        yield f"team, {path}", get(f"/security/{path}")
    yield from _waiting(host)
    yield "unknown_member", get(f"/security/team/members/{uuid4()}/")
    sent = {"version": "2", "required_level": "AAL3", "max_attempts": "5"}
    yield "team, tried", host.client.post(f"/security/{rule}try/", sent)
    sent = {"allowed_factors": ["totp"], "ttl": "9 h", "preferred_methods": "pigeon"}
    yield "team, wrong", host.client.post(f"/security/{rule}try/", sent)
    yield "team, log", get("/security/team/log/")
    yield "team, log, wrong", get("/security/team/log/?since=never")
    event = Event.objects.filter(tenant_id=host.tenant.pk).order_by("id")[0]
    yield "team, event", get(f"/security/team/log/{event.pk}/")


def _waiting(host: Host) -> Iterator[Page]:
    """An organization that is to be closed, and an import that others must approve."""
    mine, now = Tenant.objects.filter(pk=host.tenant.pk), timezone.now()
    mine.update(closes_at=now + timedelta(hours=1), closing_by=host.user)
    yield "team, holds, closing", host.client.get("/security/holds/")
    mine.update(closes_at=None, closing_by=None)
    person = factories.user("erin")
    Approval.objects.create(
        tenant=host.tenant,
        action="member_import",
        what={"rows": [{"user": str(person.pk), "roles": ["admin"], "active": True}]},
        reason="merger",
        asked_by=factories.user(),
        expires_at=now + timedelta(hours=1),
    )
    yield "team, approvals, import", host.client.get("/security/approvals/")
    Approval.objects.all().delete()


def _step_up(host: Host) -> Iterator[Page]:
    get = host.client.get
    url = str(get("/billing/")["Location"])
    yield "choose", get(url)
    challenge = begin(host.client, url)
    code = reverse("otpguard:code", args=[challenge.pk])
    yield "code", get(code)
    yield "code, wrong", host.client.post(code, {"code": "000000"})
    yield "code, too early", host.client.post(reverse("otpguard:again", args=[challenge.pk]))
    Challenge.objects.filter(pk=challenge.pk).update(
        last_sent_at=timezone.now() - timedelta(minutes=1)
    )
    challenge.deliveries.update(state="queued")
    yield "code, stuck", get(code)
    not_me = reverse("otpguard:repudiate", args=[challenge.pk])
    yield "not me", get(not_me)
    yield "reported", host.client.post(not_me)
    yield "code, closed", get(code)
    for name, accept in (("continue", BROWSER), ("done", {"Accept": "application/json"})):
        host.client = host.another_client(headers=BROWSER)  # the other login is over, or has proven
        refused = host.client.post("/keys/", {"name": name}, headers=accept)
        yield name, go_on(host.client, begin(host.client, refused))


def _other_kinds(host: Host) -> Iterator[Page]:
    make = host.client.post("/security/recovery-codes/")
    yield "codes, made", carry_out(host.client, make)
    key = Authenticator(origin="http://testserver")
    rows = [
        factories.totp_factor(host.user, name="Authenticator app"),
        factories.passkey_factor(host.user, key, rp_id="testserver"),
    ]
    host.client = host.another_client(headers=BROWSER)
    yield "security, all kinds", host.client.get("/security/")
    url = str(host.client.get("/billing/")["Location"])
    yield "choose, several", host.client.get(url)
    for factor in [*rows, Factor.objects.get(kind="recovery")]:
        challenge = begin(host.client, url, factor)
        yield factor.kind, host.client.get(reverse("otpguard:code", args=[challenge.pk]))
    pass_step_up(host.client)
    yield "security, after a proof", host.client.get("/security/")


def _team(host: Host) -> Iterator[Page]:
    host.client = host.another_client(headers=BROWSER)
    yield from team_pages(host)


def _problems(host: Host) -> Iterator[Page]:
    yield "ask_expired", host.client.get("/security/step-up/no-such-ask/")
    yield "unknown_challenge", host.client.get(f"/security/challenge/{uuid4()}/")
    for code in (*PageProblem, *StartReason):
        yield f"problem {code}", problem_page(_request(host), code, status=403)
    yield "503", unavailable(_request(host))
    post = _request(host)
    post.method = "POST"
    yield "503, of a form", unavailable(post)
    away = HttpResponseRedirect("https://idp.example/auth?client_id=a&state=b")
    tenant = Tenant.objects.get(pk=host.tenant.pk)
    yield "away", leaving(_request(host), away, IdentityProvider(name="Okta", tenant=tenant))


def _refusals(host: Host) -> Iterator[Page]:
    facts: RequestFacts = facts_from(_request(host))
    member = Membership.objects.get(user=host.user)
    for cause in (*hold.HoldCause, ""):
        hold.start(
            facts=facts,
            membership=member,
            checkpoint=SENSITIVE,
            until=timezone.now() + timedelta(hours=24),
            reason=f"{cause}: a note for operators",
        )
        yield f"held, {cause}", host.client.get("/billing/")
        yield f"held, {cause}, a form", host.client.post("/keys/", {"name": "ci"})
        Hold.objects.all().delete()
    factories.select(host.client, None)
    yield "no_tenant", host.client.get("/billing/")
    factories.select(host.client, factories.tenant())
    yield "not_a_member", host.client.get("/billing/")
    factories.select(host.client, host.tenant)


def _for_an_app(host: Host) -> Iterator[Page]:
    Membership.objects.update(held={})
    session = factories.session(host.user)
    ask = Ask(
        checkpoint="billing_change",
        tenant=str(host.tenant.pk),
        user=str(host.user.pk),
        sid=session.pk,
        story=str(uuid4()),
        target="plan Pro",
    )
    ticket = Ticket(ask=ask, client="Firefox on Linux", return_url="com.example.crm:/done")
    url = reverse("otpguard:client", args=[encrypt_ticket(ticket)])
    yield "app", host.client.get(url)
    pass_step_up(host.client)
    started = host.client.post(url)
    yield "app, back", host.client.get(started["Location"], follow=True)
    yield "app, twice", host.client.post(url)
    stranger = replace(ask, user=str(factories.user().pk))
    foreign = encrypt_ticket(replace(ticket, ask=stranger))
    yield "app, another account", host.client.get(reverse("otpguard:client", args=[foreign]))
    Grant.objects.all().delete()


def _enrollment(host: Host) -> Iterator[Page]:
    Factor.objects.all().delete()
    Membership.objects.update(held={})
    host.client = host.another_client(headers=BROWSER)
    url = str(host.client.get(str(host.client.get("/billing/")["Location"]))["Location"])
    yield "enroll", host.client.get(url)
    now = timezone.now()
    known = {"created_at": now, "until": now, "lifted_at": now, "reason": "factor reset: lost"}
    member = Membership.objects.get(user=host.user, tenant=host.tenant)
    Hold.objects.create(
        user=host.user, membership=member, tenant=host.tenant, checkpoint="*", **known
    )
    yield "enroll, after a reset", host.client.get(url)
    yield "add, after a reset", host.client.get("/security/add/")
    for kind in ("phone", "totp", "passkey"):
        yield f"enroll {kind}", host.client.get(f"{url}{kind}/")
    for kind in ("totp", "passkey"):
        bound = host.client.post(f"{url}{kind}/", {"name": "Mine"})
        yield f"enroll {kind}, confirm", host.client.get(urlsplit(bound["Location"]).path)
    SENT.clear()


def _visitors() -> Iterator[Page]:
    client = visitor()
    url = ask(client)
    yield "number", client.get(url)
    yield "number, wrong", client.post(url, {"number": "1"})
    challenge = begin_number(client)
    yield "number, code", client.get(page_of(challenge))
    yield "number, code, wrong", client.post(page_of(challenge), {"code": "000000"})
    yield "number, code, too early", client.post(page_of(challenge, "number-again"))
    client.post(page_of(challenge, "number-cancel"))
    yield "number, code, closed", client.get(page_of(challenge))
    yield "number, of another browser", visitor().get(page_of(challenge))
    challenge = begin_number(client, "+12015550124")
    Challenge.objects.filter(pk=challenge.pk).update(next="")
    client.post(page_of(challenge), {"code": SENT[-1].code.digits})
    yield "number, done", client.get(page_of(challenge, "number-continue"))
    factories.opt_out("+12015550125")
    for channel in ("whatsapp", "voice"):
        factories.opt_out("+12015550125", channel=channel)
    yield "number, refused", client.post(url, {"number": "+12015550125"})
    with override_settings(OTPGUARD={**django_settings.OTPGUARD, "EMBED_ORIGINS": [LANDING]}):
        url = embedded_link(LANDING)
        yield "number, link for another origin", client.get(url)
        yield "number, link for another origin, opened", client.post(url)
    yield "number, link for another origin, gone", client.get(url)
