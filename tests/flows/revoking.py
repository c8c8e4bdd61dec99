"""Every flow that takes proofs away, by name, as tests set it against an answer in flight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from django.utils import timezone

from otpguard.core.assurance import Primary
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StartRefused
from otpguard.flows.approval.approve import approve_action
from otpguard.flows.challenge.close import repudiate_challenge
from otpguard.flows.delivery.message import code_of
from otpguard.flows.factor.remove import remove_own_factor
from otpguard.flows.factor.replace import replace_due
from otpguard.flows.factor.reset import reset_factors
from otpguard.flows.factor.reset_request import ask_for_reset
from otpguard.flows.session import login
from otpguard.flows.session.revoke import disable_factor, end_session, remove_factor
from otpguard.flows.session.sign_out import end_others
from otpguard.flows.tenant.import_members import MemberRow, import_members
from otpguard.flows.tenant.provision import change_tenant, set_member
from otpguard.models import Challenge, Grant, LoginSession
from tests import factories
from tests.flows.setting import Stopped, stopped

_number = count()

SITE = RequestFacts(now=timezone.now())
"""Code that no request started."""


@dataclass
class Scene:
    """Somebody about to answer, with an administrator beside them."""

    who: Stopped
    admin: RequestFacts
    challenge: Challenge

    def answer(self) -> Any:
        """Give the right answer."""
        challenge = self.challenge
        given = factories.totp_code(self.who.factor) if self.is_app else code_of(challenge).digits
        return self.who.answer(challenge, given)

    def start_and_answer(self) -> Any:
        """Begin once more, for another action, and give the right answer; or be refused."""
        self.who.ask = replace(self.who.ask, intent="n" * 64)
        try:
            challenge = self.who.start()
        except StartRefused as refused:
            return refused
        self.challenge = challenge
        return self.answer()

    @property
    def is_app(self) -> bool:
        """Whether the factor is an authenticator app: then an answer also writes its row."""
        return self.who.factor.kind == "totp"

    def live(self) -> int:
        """The proofs of this person that still count."""
        return Grant.objects.filter(user=self.who.member.user, revoked_at=None).count()


def scene(*, kind: str = "phone") -> Scene:
    """A member of a tenant with a challenge open."""
    who = stopped()
    number = next(_number)
    # Each from a place of its own: the cap of an IP address is no matter here.
    who.facts = replace(who.facts, client_ip=f"198.18.{number // 250}.{number % 250 + 1}")
    admin = factories.member(who.member.tenant, roles=["admin"]).user
    if kind == "totp":
        who.factor = factories.totp_factor(who.member.user)
    return Scene(
        who=who,
        admin=factories.facts(admin, who.member.tenant, host="acme.example"),
        challenge=who.start(),
    )


def _suspend(of: Scene) -> None:
    change_tenant(facts=of.admin, tenant=of.who.member.tenant, values={"status": "suspended"})


def _deactivate(of: Scene) -> None:
    member = of.who.member
    set_member(
        facts=of.admin,
        tenant=member.tenant,
        user_id=str(member.user_id),
        roles=["admin"],
        active=False,
    )


def _import_list(of: Scene) -> None:
    member = of.who.member
    row = MemberRow(user_id=str(member.user_id), roles=("admin",), active=False)
    import_members(facts=of.admin, tenant=member.tenant, rows=[row])


def _disable(of: Scene) -> None:
    disable_factor(facts=SITE, factor=of.who.factor, reason="lost")


def _remove(of: Scene) -> None:
    remove_factor(facts=SITE, factor=of.who.factor, reason="lost")


def _remove_own(of: Scene) -> None:
    remove_own_factor(facts=of.who.facts, factor_id=of.who.factor.pk)


def _reset_here(of: Scene) -> None:
    member = of.who.member
    reset_factors(
        facts=of.admin,
        user_id=str(member.user_id),
        tenant_id=str(member.tenant_id),
        reason="lost",
    )


def _reset_everywhere(of: Scene) -> None:
    staff = factories.facts(factories.staff(), host="acme.example")
    reset_factors(facts=staff, user_id=str(of.who.member.user_id), reason="lost")


def _approve_a_reset(of: Scene) -> None:
    member = of.who.member
    whose = {"user_id": str(member.user_id), "tenant_id": str(member.tenant_id)}
    asked = ask_for_reset(facts=of.admin, **whose, reason="lost", needed=1)
    assert asked is not None
    other = factories.member(member.tenant, roles=["admin"]).user
    approve_action(facts=factories.facts(other, member.tenant), approval_id=asked.pk)


def _end_session(of: Scene) -> None:
    session = LoginSession.objects.get(pk=of.who.facts.sid)
    end_session(facts=SITE, session=session, reason="incident")


def _sign_out_elsewhere(of: Scene) -> None:
    mine = factories.session(of.who.member.user).sid
    end_others(facts=replace(of.who.facts, sid=mine))


def _log_out(of: Scene) -> None:
    login.end_login(facts=of.who.facts)


def _log_in_again(of: Scene) -> None:
    login.begin_login(
        facts=of.who.facts,
        backend="",
        primary=Primary.NONE,
        authenticated_at=None,
        replaces=of.who.facts.sid,
    )


def _repudiate(of: Scene) -> None:
    repudiate_challenge(facts=of.who.facts, challenge_id=of.challenge.pk)


def _replace_number(of: Scene) -> None:
    new = factories.phone_factor(of.who.member.user)
    factories.age(new, usable_from=timezone.now(), replaces=of.who.factor)
    replace_due(now=timezone.now())


REVOKING: Mapping[str, Callable[[Scene], None]] = {
    "a tenant is suspended": _suspend,
    "a member is deactivated": _deactivate,
    "a list of members deactivates one": _import_list,
    "an operator disables the factor": _disable,
    "an operator removes the factor": _remove,
    "the person removes the factor": _remove_own,
    "a tenant resets, which blocks what is personal": _reset_here,
    "the site resets": _reset_everywhere,
    "a second administrator approves a reset": _approve_a_reset,
    "an operator ends the session": _end_session,
    "the person signs out elsewhere": _sign_out_elsewhere,
    "the person logs out": _log_out,
    "the person logs in again": _log_in_again,
    "the person repudiates the challenge": _repudiate,
    "a new number takes over": _replace_number,
}
"""By what happens."""
