"""Put people back to how the seed made them, so that a card can be tried once more."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from demo_project.cards import Card
from demo_project.people import PASSWORD, PEOPLE, Person
from demo_project.people import TENANTS as SEEDED
from demo_project.seed import make_phone
from otpguard.core.facts import RequestFacts
from otpguard.flows.release import hold
from otpguard.flows.session import revoke
from otpguard.flows.tenant import enrollment, provision
from otpguard.models import EnrollmentRule, Hold, Membership, Tenant
from otpguard.models.factor import FACTORS

REASON = "a card of the demo starts again"
OPERATOR = "ops"
TENANTS = tuple(known.slug for known in SEEDED)


@transaction.atomic
def put_back(card: Card) -> None:
    """Undo what the card has left: roles, holds, factors, own data, and enrollment rules."""
    facts = _operator()
    for rule in EnrollmentRule.objects.filter(tenant__slug=card.rules).select_related("tenant"):
        enrollment.remove_rule(facts=facts, tenant=rule.tenant, role=rule.role)
    for person in people(card.again):
        _put_back(facts, person, User.objects.get(username=person.username))


@transaction.atomic
def reopen(who: str) -> list[str]:
    """Open the organizations of the seed again that `who` belongs to and that were closed; their
    names. Someone who closes one would otherwise be locked out of its other cards."""
    closed = Tenant.objects.filter(slug__in=TENANTS, memberships__user__username=who)
    rows = list(closed.exclude(status=Tenant.Status.ACTIVE).distinct())
    for row in rows:
        values = {"status": Tenant.Status.ACTIVE.value}
        provision.change_tenant(facts=_operator(), tenant=row, values=values, reason=REASON)
    return [row.name for row in rows]


def _operator() -> RequestFacts:
    operator = User.objects.get(username=OPERATOR)
    return RequestFacts(now=timezone.now(), user=str(operator.pk), user_is_staff=True)


def people(usernames: Iterable[str]) -> list[Person]:
    """The people of the seed by their user names."""
    return [person for person in PEOPLE if person.username in usernames]


def _put_back(facts: RequestFacts, person: Person, user: User) -> None:
    if not user.check_password(PASSWORD):
        user.password = make_password(PASSWORD)
    user.email = person.email
    user.save(update_fields=["password", "email"])
    for membership in Membership.objects.filter(user=user).select_related("tenant"):
        roles = [role for slug, role in person.roles if slug == membership.tenant.slug]
        if membership.roles != roles:
            provision.set_member(
                facts=facts,
                tenant=membership.tenant,
                user_id=str(user.pk),
                roles=roles,
                active=bool(roles),
            )
    for factor in FACTORS.filter(user=user.pk):
        revoke.remove_factor(facts=facts, factor=factor, reason=REASON, tell=False)
    make_phone(person, user)
    # Last: a role that is given back has begun a hold of its own.
    for each in Hold.objects.filter(user=user, lifted_at=None, until__gt=facts.now):
        hold.lift(facts=facts, hold=each, reason=REASON)
