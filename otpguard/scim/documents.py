"""From our rows to resources of SCIM, and back to values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Max, Q
from scim2_models import InvalidValueException, Resource, ResourceType

from otpguard.conf import settings
from otpguard.core.assurance import AssuranceLevel, Primary
from otpguard.core.choose import best_level
from otpguard.core.scim import FOR_CODES, GroupChange, Json
from otpguard.factors.catalog import driver_of
from otpguard.factors.enrolled import value_of
from otpguard.flows.scim.values import PersonValues, phones_in
from otpguard.models import Factor, FactorBlock, Grant, ScimGroup, ScimGroupMember, ScimUser
from otpguard.models.factor import FACTORS
from otpguard.models.scim.scim_user import NAME_LENGTH
from otpguard.scim.schema import Enrollment, Group, provider
from otpguard.vault import UndecryptableError

USER, GROUP = provider().resource_types
_OWN = str(Enrollment.__schema__)
_COLUMNS = frozenset(
    {"id", "externalId", "userName", "active", "phoneNumbers", "meta", "schemas"}
    | {"password", "groups", _OWN}
)
"""What is not kept among the attributes: it has a column, is computed, or is none of our business
(a password)."""

_UNSET = "otpguard:active"
"""Among the attributes: the directory has taken `active` back. The membership stays as it was."""

_MOST_ATTRIBUTES = 200
_LONGEST_ATTRIBUTES = 64 * 1024


def version_of(row: ScimUser | ScimGroup) -> str:
    """The weak entity tag of a row."""
    return f'W/"{row.version}"'


def new_person_document(row: ScimUser) -> Resource[Any]:
    """The resource of somebody who was made just now, without a read: they are in no group, and how
    far their enrollment is stands in no answer to a creation."""
    return _people_documents([row], groups={}, enrollment={row.pk: {}})[0]


def people_documents(rows: Sequence[ScimUser]) -> list[Resource[Any]]:
    """The resources of people of one tenant. Five reads, whatever their number."""
    groups = _groups_of([row.pk for row in rows])
    return _people_documents(rows, groups=groups, enrollment=_enrollment_of(rows))


def _people_documents(
    rows: Sequence[ScimUser], *, groups: dict[UUID, list[Json]], enrollment: dict[UUID, Json]
) -> list[Resource[Any]]:
    phones = {row.pk: _phones(row) for row in rows}
    model: Any = provider().model_for(USER)
    return [
        model.model_validate(
            {
                **{name: value for name, value in row.attributes.items() if name != _UNSET},
                **_head(row, USER),
                "userName": row.user_name,
                "active": None if row.attributes.get(_UNSET) else row.active,
                "phoneNumbers": phones[row.pk][0] or None,
                "groups": groups.get(row.pk),
                _OWN: {**enrollment[row.pk], "mobileNumber": phones[row.pk][1] or None},
            }
        )
        for row in rows
    ]


def group_document(row: ScimGroup, *, with_members: bool) -> Resource[Any]:
    """The resource of a group. One read if the members are wanted."""
    members = None
    if with_members:
        found = ScimGroupMember.objects.filter(group=row).order_by("pk")
        members = [
            {"value": str(person), "display": name, "type": "User", "$ref": f"Users/{person}"}
            for person, name in found.values_list("person_id", "person__user_name").iterator()
        ]
    return Group.model_validate(
        {**_head(row, GROUP), "displayName": row.name, "members": members or None}
    )


def person_values(resource: Any) -> PersonValues:  # noqa: ANN401 (a model of scim2-models)
    """What a resource says of a person. Raises InvalidValueException for what no column holds."""
    full: Json = resource.model_dump(mode="json", exclude_none=True)
    attributes = {name: value for name, value in full.items() if name not in _COLUMNS}
    user_name = str(resource.user_name or "")
    _check_length("userName", user_name)
    _check_length("externalId", str(resource.external_id or ""))
    if not user_name.strip():
        raise InvalidValueException(detail="userName must not be empty")
    if len(attributes) > _MOST_ATTRIBUTES or len(str(attributes)) > _LONGEST_ATTRIBUTES:
        raise InvalidValueException(detail="The attributes of this person are too long")
    own = (full.get(_OWN) or {}).get("mobileNumber")
    if resource.active is None:
        attributes[_UNSET] = True
    return PersonValues(
        user_name=user_name,
        external_id=str(resource.external_id or ""),
        active=resource.active,
        attributes=attributes,
        phones=[*(full.get("phoneNumbers") or []), *([{FOR_CODES: own}] if own else [])],
    )


def group_values(resource: Any) -> GroupChange:  # noqa: ANN401 (a model of scim2-models)
    """What a whole group says: its name and all its members."""
    members = [str(each.value) for each in resource.members or [] if each.value]
    change = GroupChange(
        name=str(resource.display_name or ""),
        external_id=str(resource.external_id or ""),
        members=members,
    )
    check_group(change)
    return change


def check_group(change: GroupChange) -> None:
    """Raises InvalidValueException for a name that no column holds."""
    if change.name is not None:
        _check_length("displayName", change.name)
        if not change.name.strip():
            raise InvalidValueException(detail="displayName must not be empty")
    _check_length("externalId", change.external_id or "")


def _check_length(name: str, value: str) -> None:
    if len(value) > NAME_LENGTH or len(value.casefold()) > NAME_LENGTH:
        raise InvalidValueException(detail=f"{name} is longer than {NAME_LENGTH} characters")


def _head(row: ScimUser | ScimGroup, kind: ResourceType) -> Json:
    return {
        "id": str(row.pk),
        "externalId": row.external_id or None,
        "meta": {
            "resourceType": kind.name,
            "created": row.created_at,
            "lastModified": row.changed_at,
            "version": version_of(row),
        },
    }


def _phones(row: ScimUser) -> tuple[list[Json], str]:
    """The phone numbers and the number for codes, as sent; what cannot be read is not shown."""
    try:
        known = phones_in(row)
    except UndecryptableError:
        known = []
    rest = [each for each in known if FOR_CODES not in each]
    return rest, next((str(each[FOR_CODES]) for each in known if FOR_CODES in each), "")


def _groups_of(people: list[UUID]) -> dict[UUID, list[Json]]:
    found: dict[UUID, list[Json]] = {}
    rows = ScimGroupMember.objects.filter(person__in=people).order_by("group__folded")
    for person, group, name in rows.values_list("person_id", "group_id", "group__name"):
        place = {"value": str(group), "display": name, "type": "direct", "$ref": f"Groups/{group}"}
        found.setdefault(person, []).append(place)
    return found


def _enrollment_of(rows: Sequence[ScimUser]) -> dict[UUID, Json]:
    """How far each person is, in the tenant of these rows."""
    users = [row.user_id for row in rows if row.user_id is not None]
    factors = _factors_of(rows[0].tenant_id, users) if users else {}
    steps: dict[Any, Any] = {}
    if users:
        grants = Grant.objects.filter(tenant=rows[0].tenant_id, user_id__in=users).order_by()
        steps = dict(grants.values_list("user_id").annotate(last=Max("verified_at")))
    return {
        row.pk: {
            **_strength(factors.get(row.user_id, [])),
            "lastStepUp": steps.get(row.user_id),
            "waitsForConfirmation": row.user_id is None and row.asked_id is not None,
            "removalWaits": row.removal_held is not None,
        }
        for row in rows
    }


def _factors_of(tenant: UUID, users: list[Any]) -> dict[Any, list[Factor]]:
    """The factors of these people that count in the tenant."""
    here = Q(tenant=None) | Q(tenant=tenant)
    blocked = FactorBlock.objects.filter(tenant=tenant).values("factor_id")
    rows = FACTORS.filter(here, user_id__in=users, confirmed=True, disabled_at=None)
    found: dict[Any, list[Factor]] = {}
    for row in rows.exclude(pk__in=blocked).order_by("created_at"):
        found.setdefault(row.user_id, []).append(row)
    return found


def _strength(factors: Iterable[Factor]) -> Json:
    known = [row for row in factors if driver_of(row) is not None]
    profile = settings().assurance_profile
    levels = [best_level(value_of(row), profile=profile, primary=Primary.PASSWORD) for row in known]
    reached: list[AssuranceLevel] = [level for level in levels if level is not None]
    return {
        "factors": list(dict.fromkeys(row.kind for row in known)) or None,
        "level": max(reached).name if reached else None,
    }
