"""Fill an empty database: tenants, people, factors, contacts, and what three tenants wish for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from demo_project import minting
from demo_project.events import AuditEntryDownloaded, AuditEntryViewed
from demo_project.models import ApiKey, Contact, PaymentMethod
from demo_project.people import PASSWORD, PEOPLE, TENANTS, Person, SeedTenant
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.facts import RequestFacts
from otpguard.core.host_event import slug_of
from otpguard.core.phone import parse_phone
from otpguard.factors import phone
from otpguard.flows.tenant import policy, provision
from otpguard.models import Notice, Tenant

CONTACTS = (
    ("Ada Byron", "Analytical Engines", "London"),
    ("Blaise Pascal", "Pascaline", "Rouen"),
    ("Emmy Noether", "Symmetry Partners", "Göttingen"),
    ("Grace Hopper", "Nanosecond Ltd", "New York"),
    ("Hedy Lamarr", "Frequency Hopping", "Vienna"),
    ("Katherine Johnson", "Trajectory Works", "Hampton"),
    ("Konrad Zuse", "Zuse KG", "Berlin"),
    ("Sofja Kowalewskaja", "Spinning Tops", "Stockholm"),
)

WISHES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "acme": {
        # Acme accepts phone codes for production keys: the default is AAL3, the floor AAL2.
        "api_key.production": {"required_level": AssuranceLevel.AAL2},
        slug_of(AuditEntryDownloaded.code): {"active": True},
    },
    "globex": {slug_of(AuditEntryViewed.code): {"active": True}},
    # The demo lets a code confirm a payment, so that its message can be read; not here.
    "initech": {"transaction_flow": {"required_level": AssuranceLevel.AAL3}},
}


@transaction.atomic
def seed() -> bool:
    """Make everything, or nothing when it is there already. True when something was made."""
    if Tenant.objects.filter(slug=TENANTS[0].slug).exists():
        return False
    tenants = {known.slug: _tenant(known) for known in TENANTS}
    # One hash for all: ten would be most of the time that a first start takes.
    password = make_password(PASSWORD)
    users = {person.username: _user(person, tenants, password) for person in PEOPLE}
    for slug, tenant in tenants.items():
        _belongings(tenant, next(users[p.username] for p in PEOPLE if (slug, "admin") in p.roles))
    _wish(tenants["acme"], users["alice@acme"])
    _wish(tenants["globex"], users["dave@globex"])
    _wish(tenants["initech"], users["ines@initech"])
    # Nobody reads of roles that were given before the demo began: the inbox starts empty.
    Notice.objects.all().delete()
    return True


def _tenant(known: SeedTenant) -> Tenant:
    founded = timezone.now() - known.age
    tenant = provision.create_tenant(
        facts=RequestFacts(now=founded),
        slug=known.slug,
        name=known.name,
        annual_contract_value=known.annual_contract_value,
    )
    tenant.created_at = founded
    tenant.save(update_fields=["created_at"])
    return tenant


def _user(person: Person, tenants: dict[str, Tenant], password: str) -> User:
    user = User.objects.create(
        username=person.username,
        email=person.email,
        first_name=person.first_name,
        password=password,
        is_staff=person.staff,
        is_superuser=person.staff,
    )
    for slug, role in person.roles:
        provision.set_member(
            # Long enough ago for the hold on new admins to be over.
            facts=RequestFacts(now=tenants[slug].created_at),
            tenant=tenants[slug],
            user_id=str(user.pk),
            roles=[role],
            active=True,
        )
    make_phone(person, user)
    return user


def make_phone(person: Person, user: User) -> None:
    """The confirmed phone of somebody who has one in the seed."""
    if not person.phone:
        return
    number = parse_phone(person.phone, region="US")
    factor = phone.build(user_id=str(user.pk), number=number, email=user.email)
    factor.confirmed = True
    factor.save(force_insert=True)


def _belongings(tenant: Tenant, admin: User) -> None:
    Contact.objects.bulk_create(
        Contact(
            tenant=tenant,
            name=name,
            company=company,
            email=f"{name.split()[0].lower()}@{company.split()[0].lower()}.example",
            city=city,
        )
        for name, company, city in CONTACTS
    )
    PaymentMethod.objects.create(
        tenant=tenant, holder=tenant.name, brand="Visa", last4="1881", expires="12/28"
    )
    minting.mint(
        tenant=tenant,
        user=admin,
        name="website",
        environment=ApiKey.Environment.DEVELOPMENT,
        scope=ApiKey.Scope.READ,
    )


def _wish(tenant: Tenant, admin: User) -> None:
    """What a tenant asks for that is not what ships."""
    for checkpoint, wishes in WISHES[tenant.slug].items():
        policy.change_policy(
            facts=RequestFacts(now=timezone.now(), user=str(admin.pk), tenant=str(tenant.pk)),
            tenant=tenant,
            checkpoint=checkpoint,
            wishes=wishes,
        )
