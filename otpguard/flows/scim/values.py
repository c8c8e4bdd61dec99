"""A person as a directory sends one, read into columns."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from otpguard.core.phone import InvalidPhoneError, parse_phone
from otpguard.core.scim import Json, mobile_of
from otpguard.models import ScimEmail, ScimUser, Tenant
from otpguard.tenants.provisioned import Newcomer

_KIND_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonValues:
    """What a directory says of a person. `active` is None where it says nothing of that;
    `attributes` holds the rest under the names of SCIM, without phone numbers."""

    user_name: str
    external_id: str = ""
    active: bool | None = None
    attributes: Json = field(default_factory=dict)
    phones: list[Json] = field(default_factory=list)

    @property
    def emails(self) -> list[tuple[str, str]]:
        """Kind and address of each e-mail, in lower case; each address once."""
        rows = self.attributes.get("emails") or []
        known = {_lower(row.get("value")): _lower(row.get("type"))[:_KIND_LENGTH] for row in rows}
        return [(kind, value) for value, kind in known.items() if value]

    @property
    def newcomer(self) -> Newcomer:
        """The same for an account that is to be made."""
        name = self.attributes.get("name") or {}
        rows = self.attributes.get("emails") or []
        first = next((row for row in rows if row.get("primary")), rows[0] if rows else {})
        email = str(first.get("value") or "")
        if not email and "@" in self.user_name:
            email = self.user_name
        return Newcomer(
            user_name=self.user_name,
            email=email,
            given_name=str(name.get("givenName") or ""),
            family_name=str(name.get("familyName") or ""),
        )


def write_values(row: ScimUser, values: PersonValues, tenant: Tenant) -> list[str]:
    """Put the values into the columns of an unsaved or locked row, except `active`; returns the
    names of those that differ."""
    phones = json.dumps(values.phones) if values.phones else ""
    wanted: dict[str, Any] = {
        "user_name": values.user_name,
        "external_id": values.external_id,
        "attributes": values.attributes,
    }
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if phones != _plain(row.phones):
        changed.append("phones")
        row.phones, row.number = phones, _number(values.phones, tenant)
    for name, value in wanted.items():
        setattr(row, name, value)
    row.folded = fold(values.user_name)
    return changed


def save_emails(row: ScimUser, values: PersonValues, *, is_new: bool = False) -> None:
    """Write the addresses that filters look for, in place of those before; `is_new` has none."""
    wanted = values.emails
    if not is_new:
        known = list(ScimEmail.objects.filter(person=row).values_list("kind", "value"))
        if sorted(known) == sorted(wanted):
            return
        ScimEmail.objects.filter(person=row).delete()
    rows = [ScimEmail(person=row, kind=kind, value=value) for kind, value in wanted]
    ScimEmail.objects.bulk_create(rows)


def fold(text: str) -> str:
    """A name as it is compared: SCIM's user names and group names know no case."""
    return text.casefold()


def number_in(row: ScimUser) -> str:
    """The number in E.164 that codes may go to; empty for none. Raises UndecryptableError."""
    return _plain(row.number)


def phones_in(row: ScimUser) -> list[Json]:
    """The phone numbers exactly as they were sent. Raises UndecryptableError."""
    text = _plain(row.phones)
    found: list[Json] = json.loads(text) if text else []
    return found


def _number(phones: list[Json], tenant: Tenant) -> str:
    """A number that cannot be read is kept as sent, and no code goes there."""
    try:
        return parse_phone(mobile_of(phones), region=tenant.region).e164
    except InvalidPhoneError:
        return ""


def _plain(secret: Any) -> str:  # noqa: ANN401 (text before it is saved, Encrypted after)
    return secret if isinstance(secret, str) else secret.reveal()


def _lower(value: object) -> str:
    return str(value or "").lower()
