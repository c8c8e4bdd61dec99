"""Filters and orders of SCIM as conditions on our columns.

What is asked of a column that is encrypted, or that there is not, is refused as `invalidFilter`: a
filter on one page of rows would make totals and pages wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from scim2_models import InvalidFilterException, InvalidValueException, ResourceType
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)

from otpguard.flows.scim.values import fold
from otpguard.models import ScimEmail, ScimGroupMember
from otpguard.scim.documents import USER
from otpguard.scim.schema import Enrollment

Condition = Callable[[CompareOperator, Any], Q]

_STRINGS = {
    CompareOperator.eq: "exact",
    CompareOperator.co: "contains",
    CompareOperator.sw: "startswith",
    CompareOperator.ew: "endswith",
    CompareOperator.gt: "gt",
    CompareOperator.ge: "gte",
    CompareOperator.lt: "lt",
    CompareOperator.le: "lte",
}
_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_NAMES = ("formatted", "familyName", "givenName", "middleName")
_TEXTS = ("displayName", "nickName", "title", "userType", "preferredLanguage", "locale", "timezone")
_COMPANY = ("employeeNumber", "costCenter", "organization", "division", "department")
_MOST_TERMS = 50


def condition_of(node: FilterNode, kind: ResourceType) -> Q:
    """The rows that a filter means. Raises InvalidFilterException."""
    return _Reader(kind).read(node)


def order_of(path: str | None, kind: ResourceType) -> str:
    """The column that rows are sorted by; ids are in the order of their making, and sort them
    without a wish. Raises InvalidValueException for what is no column."""
    if not path:
        return "pk"
    name = _short(str(path))
    columns = {
        "id": "pk",
        "externalid": "external_id",
        "meta.created": "created_at",
        "meta.lastmodified": "changed_at",
        ("username" if kind is USER else "displayname"): "folded",
    }
    if name not in columns:
        raise InvalidValueException(detail=f"The resources cannot be sorted by {path}")
    return columns[name]


class _Reader:
    """Reads one filter; counts its terms, so that none makes an endless statement."""

    def __init__(self, kind: ResourceType) -> None:
        self._kind, self._terms = kind, 0
        self._columns = _people() if kind is USER else _groups()

    def read(self, node: FilterNode) -> Q:
        self._terms += 1
        if self._terms > _MOST_TERMS:
            raise InvalidFilterException(detail=f"A filter has at most {_MOST_TERMS} terms")
        match node:
            case LogicalExpr(op=op, terms=terms):
                found = Q() if op is LogicalOperator.and_ else Q(pk__in=[])
                for each in terms:
                    read = self.read(each)
                    found = found & read if op is LogicalOperator.and_ else found | read
                return found
            case Not(expr=inner):
                return ~self.read(inner)
            case Present(attr_path=path):
                return ~self._column(path)(CompareOperator.eq, None)
            case Comparison(attr_path=path, op=op, value=value):
                return self._column(path)(op, _clean(value))
            case ValuePath(attr_path=path, val_filter=inner, sub_attr=None):
                return self._rows(path, inner)
        raise InvalidFilterException(detail="This filter is not supported")

    def _column(self, path: AttrPath) -> Condition:
        name = _short(str(path))
        if name not in self._columns:
            raise InvalidFilterException(detail=f"{path} cannot be filtered by")
        return self._columns[name]

    def _rows(self, path: AttrPath, inner: FilterNode) -> Q:
        """`emails[type eq "work" and value eq "a@b.c"]`: one row that fits all of it."""
        name = path.attr.lower()
        if self._kind is USER and name == "emails":
            rows = ScimEmail.objects.filter(self._inner(inner, {"value": "value", "type": "kind"}))
            return Q(pk__in=rows.values("person"))
        if self._kind is not USER and name == "members":
            return self.read(_under(inner))
        raise InvalidFilterException(detail=f"{path} cannot be filtered by")

    def _inner(self, node: FilterNode, columns: dict[str, str]) -> Q:
        match node:
            case LogicalExpr(op=op, terms=terms):
                found = Q() if op is LogicalOperator.and_ else Q(pk__in=[])
                for each in terms:
                    read = self._inner(each, columns)
                    found = found & read if op is LogicalOperator.and_ else found | read
                return found
            case Comparison(attr_path=path, op=op, value=value) if path.attr.lower() in columns:
                self._terms += 1
                return _text(columns[path.attr.lower()], str.lower)(op, _clean(value))
        raise InvalidFilterException(detail="This filter is not supported")


def _under(node: FilterNode) -> FilterNode:
    if isinstance(node, Comparison) and node.attr_path.attr.lower() == "value":
        return Comparison(AttrPath("members", sub_attr="value"), node.op, node.value)
    raise InvalidFilterException(detail="This filter is not supported")


def _people() -> dict[str, Condition]:
    found: dict[str, Condition] = {
        **_common(),
        "username": _text("folded", fold),
        "active": _flag,
        "emails": _email("value"),
        "emails.value": _email("value"),
        "emails.type": _email("kind"),
        "groups": _place("groups"),
        "groups.value": _place("groups"),
    }
    for name in _TEXTS:
        found[name.lower()] = _json(f"attributes__{name}")
    for name in _NAMES:
        found[f"name.{name.lower()}"] = _json(f"attributes__name__{name}")
    for name in _COMPANY:
        found[name.lower()] = _json(f"attributes__{_ENTERPRISE}__{name}")
    return found


def _groups() -> dict[str, Condition]:
    members = _place("members")
    name = _text("folded", fold)
    return {**_common(), "displayname": name, "members": members, "members.value": members}


def _common() -> dict[str, Condition]:
    return {
        "id": _key,
        "externalid": _text("external_id", str),
        "meta.created": _moment("created_at"),
        "meta.lastmodified": _moment("changed_at"),
    }


def _text(column: str, form: Callable[[str], str]) -> Condition:
    def read(op: CompareOperator, value: Any) -> Q:  # noqa: ANN401 (any JSON)
        if value is None:
            return _with(op, Q(**{column: ""}))
        if not isinstance(value, str):
            raise InvalidFilterException(detail=f"{value!r} is no text")
        if op is CompareOperator.ne:
            return ~Q(**{column: form(value)})
        return Q(**{f"{column}__{_STRINGS[op]}": form(value)})

    return read


def _json(path: str) -> Condition:
    """A text inside the attributes, whose case does not count; it may not be there."""

    def read(op: CompareOperator, value: Any) -> Q:  # noqa: ANN401 (any JSON)
        missing = Q(**{f"{path}__isnull": True})
        if value is None:
            return _with(op, missing)
        if not isinstance(value, str) or _STRINGS.get(op, "") in {"gt", "gte", "lt", "lte"}:
            raise InvalidFilterException(detail="This attribute is compared as text only")
        if op is CompareOperator.ne:
            return missing | ~Q(**{f"{path}__iexact": value})
        return Q(**{f"{path}__i{_STRINGS[op]}": value})

    return read


def _email(column: str) -> Condition:
    def read(op: CompareOperator, value: Any) -> Q:  # noqa: ANN401 (any JSON)
        if value is None:
            return _with(op, ~Q(pk__in=ScimEmail.objects.values("person")))
        plain = CompareOperator.eq if op is CompareOperator.ne else op
        rows = ScimEmail.objects.filter(_text(column, str.lower)(plain, value))
        fits = Q(pk__in=rows.values("person"))
        return ~fits if op is CompareOperator.ne else fits

    return read


def _place(attribute: str) -> Condition:
    """People by a group, or groups by a person."""
    mine, other = ("person", "group") if attribute == "groups" else ("group", "person")

    def read(op: CompareOperator, value: Any) -> Q:  # noqa: ANN401 (any JSON)
        if value is None:
            return _with(op, ~Q(pk__in=ScimGroupMember.objects.values(mine)))
        rows = ScimGroupMember.objects.filter(**{f"{other}__in": _ids(value)})
        return _with(op, Q(pk__in=rows.values(mine)))

    return read


def _key(op: CompareOperator, value: Any) -> Q:  # noqa: ANN401 (any JSON)
    if value is None:
        return _with(op, Q(pk__in=[]))
    return _with(op, Q(pk__in=_ids(value)))


def _flag(op: CompareOperator, value: Any) -> Q:  # noqa: ANN401 (any JSON)
    if value is None:
        return _with(op, Q(pk__in=[]))
    if not isinstance(value, bool):
        raise InvalidFilterException(detail=f"{value!r} is neither true nor false")
    return _with(op, Q(active=value))


def _moment(column: str) -> Condition:
    def read(op: CompareOperator, value: Any) -> Q:  # noqa: ANN401 (any JSON)
        if value is None:
            return _with(op, Q(pk__in=[]))
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                raise InvalidFilterException(detail=f"{value!r} is no time") from None
        if not isinstance(value, datetime) or _STRINGS.get(op) in {
            "contains",
            "startswith",
            "endswith",
        }:
            raise InvalidFilterException(detail="A time is compared with a time")
        at = value if value.tzinfo else value.replace(tzinfo=UTC)
        if op in {CompareOperator.eq, CompareOperator.ne}:
            return _with(op, Q(**{column: at}))
        return Q(**{f"{column}__{_STRINGS[op]}": at})

    return read


def _with(op: CompareOperator, equal: Q) -> Q:
    """A condition that knows equal and not equal only."""
    if op is CompareOperator.eq:
        return equal
    if op is CompareOperator.ne:
        return ~equal
    raise InvalidFilterException(detail=f"{op.value} does not fit this attribute")


def _ids(value: Any) -> list[UUID]:  # noqa: ANN401 (any JSON)
    try:
        return [UUID(str(value))]
    except ValueError:
        return []


def _clean(value: Any) -> Any:  # noqa: ANN401 (any JSON)
    """Raises InvalidFilterException for a text that the database cannot hold."""
    if isinstance(value, str) and "\0" in value:
        raise InvalidFilterException(detail="A text must not hold a NUL")
    return value


def _short(path: str) -> str:
    """An attribute in lower case without the schema that it belongs to."""
    head, _colon, name = path.rpartition(":")
    if head.lower() == str(Enrollment.__schema__).lower():
        return path.lower()
    return name.lower().replace("urn:", "")
