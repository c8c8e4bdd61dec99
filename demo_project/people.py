"""The people and tenants of the demo, as values: the seed, the login page and the tour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from demo_project.tenancy import ADMIN, BILLING_ADMIN, MEMBER

PASSWORD = "demo"  # noqa: S105 (printed on the login page)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedTenant:
    """A customer of Acme CRM."""

    slug: str
    name: str
    about: str
    annual_contract_value: int = 12_000
    age: timedelta = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can log in. `phone` is empty for who has no factor."""

    username: str
    first_name: str
    about: str
    roles: tuple[tuple[str, str], ...] = ()
    phone: str = ""
    staff: bool = False

    @property
    def email(self) -> str:
        """An e-mail address under a domain that is reserved for examples."""
        name, at, domain = self.username.partition("@")
        return f"{name}@{domain}.example" if at else f"{name}@people.example"


TENANTS = (
    SeedTenant(slug="acme", name="Acme", about="accepts phone codes for production keys"),
    SeedTenant(slug="globex", name="Globex", about="asks what ships: AAL3 for production keys"),
    SeedTenant(
        slug="initech",
        name="Initech Enterprise",
        about="pays $250,000 a year: AAL3 everywhere sensitive",
        annual_contract_value=250_000,
    ),
    SeedTenant(
        slug="hooli",
        name="Hooli Labs",
        about="three days old: stricter limits for codes",
        age=timedelta(days=3),
    ),
)

PEOPLE = (
    Person(
        username="alice@acme",
        first_name="Alice",
        about="admin of Acme",
        roles=(("acme", ADMIN),),
        phone="+12015550101",
    ),
    Person(
        username="bob@acme",
        first_name="Bob",
        about="member of Acme",
        roles=(("acme", MEMBER),),
        phone="+12015550102",
    ),
    Person(
        username="carol@acme",
        first_name="Carol",
        about="billing admin of Acme",
        roles=(("acme", BILLING_ADMIN),),
        phone="+12015550103",
    ),
    Person(
        username="nora@acme",
        first_name="Nora",
        about="admin of Acme, nothing enrolled",
        roles=(("acme", ADMIN),),
    ),
    Person(
        username="dave@globex",
        first_name="Dave",
        about="admin of Globex",
        roles=(("globex", ADMIN),),
        phone="+12015550104",
    ),
    Person(
        username="frank@globex",
        first_name="Frank",
        about="member of Globex",
        roles=(("globex", MEMBER),),
        phone="+12015550109",
    ),
    Person(
        username="erin",
        first_name="Erin",
        about="admin of Acme and of Globex",
        roles=(("acme", ADMIN), ("globex", ADMIN)),
        phone="+12015550105",
    ),
    Person(
        username="ines@initech",
        first_name="Ines",
        about="admin of Initech Enterprise, phone only",
        roles=(("initech", ADMIN),),
        phone="+12015550106",
    ),
    Person(
        username="henry@hooli",
        first_name="Henry",
        about="admin of Hooli Labs",
        roles=(("hooli", ADMIN),),
        phone="+12015550107",
    ),
    Person(
        username="ops",
        first_name="Olga",
        about="operates Acme CRM: the Django admin",
        phone="+12015550108",
        staff=True,
    ),
)
