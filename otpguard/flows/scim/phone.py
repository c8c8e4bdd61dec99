"""The phone number that a directory knows of a person, as a factor of that tenant alone."""

from __future__ import annotations

from django.db.models import Q

from otpguard.account import email_of, find_user
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.events.factor import FactorEnrolled
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import parse_phone
from otpguard.core.shipped_kinds import PHONE
from otpguard.factors import phone
from otpguard.flows.notice.notify import notify
from otpguard.flows.scim.values import number_in
from otpguard.flows.session.revoke import remove_factor
from otpguard.models import ScimUser, Tenant
from otpguard.models.factor import FACTORS
from otpguard.notices.kinds import NoticeKind
from otpguard.tenants import policies

NAME = "SCIM"
"""What such a factor is called; only those are replaced and removed here."""


def keep_number(facts: RequestFacts, tenant: Tenant, row: ScimUser) -> None:
    """Make the number of `row` a factor of the person in this tenant (C25), in place of the one
    that the directory sent before.

    It counts after the wait of `factor_change`, as any new number does: who controls a directory
    must not prove at once to be somebody. The person is told. The caller has locked the person,
    then the tenant.
    """
    if row.user_id is None:
        return
    number = number_in(row)
    for old in list(FACTORS.filter(_whose(row), tenant=tenant, kind=PHONE.slug, name=NAME)):
        if number and phone.number_of(old) == number:
            return
        remove_factor(facts=facts, factor=old, reason="directory")
    if not number or _has(row, tenant, number):
        return
    user = find_user(row.user_id)
    factor = phone.build(
        user_id=str(row.user_id),
        number=parse_phone(number, region=tenant.region),
        email=email_of(user),
        name=NAME,
        tenant=tenant,
    )
    wait = policies.fresh(
        checkpoint_named("factor_change"), policies.Scope.of_tenant(tenant), now=facts.now
    ).hold
    factor.confirmed, factor.created_at = True, facts.now
    factor.usable_from = facts.now + wait if wait else None
    factor.save(force_insert=True)
    subject = str(row.user_id)
    enrolled = FactorEnrolled(factor=str(factor.pk), kind=factor.kind)
    record(enrolled, Circumstances.of(facts, tenant=str(tenant.pk), subject=subject))
    named = {"factor": factor.kind, "number": number}
    notify(facts=facts, kind=NoticeKind.FACTOR_ADDED, user_id=subject, context=named)


def _whose(row: ScimUser) -> Q:
    return Q(user_id=row.user_id)


def _has(row: ScimUser, tenant: Tenant, number: str) -> bool:
    """Whether the number is a factor here already, in whatever state: a directory switches nothing
    on again."""
    here = Q(tenant=tenant) | Q(tenant=None)
    return phone.holders_of(number).filter(_whose(row), here).exists()
