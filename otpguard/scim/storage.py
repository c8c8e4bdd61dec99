"""Our rows as the storage of scim2-server: one tenant, one request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet
from scim2_models import (
    ForbiddenException,
    InvalidCursorException,
    InvalidValueException,
    NotFoundException,
    NotImplementedException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
    UniquenessException,
)
from scim2_server.storage import ScimStorage, SearchPage

from otpguard.core.facts import RequestFacts
from otpguard.core.scim import GroupChange
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.scim import group as groups
from otpguard.flows.scim import person as people
from otpguard.models import ScimGroup, ScimUser, Tenant
from otpguard.scim.documents import (
    USER,
    check_group,
    group_document,
    group_values,
    new_person_document,
    people_documents,
    person_values,
)
from otpguard.scim.filters import condition_of, order_of

_TAKEN = frozenset({"user_name", "name"})


class TenantStorage(ScimStorage):
    """The people and groups of one tenant's directory. Every write is one flow."""

    supports_cursors = True

    def __init__(self, facts: RequestFacts, tenant: Tenant) -> None:
        self._facts, self._tenant = facts, tenant

    def operation(self) -> AbstractContextManager[None]:
        """One operation of SCIM is one transaction; of a Bulk request, each its own."""
        return transaction.atomic()

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """See ScimStorage. Members are read if they are asked for."""
        row = self._row(resource_type, resource_id)
        if isinstance(row, ScimUser):
            return people_documents([row])[0]
        return group_document(row, with_members=_wants_members(response_parameters))

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,  # noqa: ANN401 (what `_position` gave)
    ) -> SearchPage:
        """See ScimStorage. Both kinds together are paged by index alone."""
        if len(resource_types) > 1:
            return self._search_both(resource_types, search_request)
        kind = resource_types[0]
        rows = self._found(kind, search_request)
        column = order_of(search_request.sort_by, kind)
        down = search_request.sort_order == SearchRequest.SortOrder.descending
        ordered = rows.order_by(*_columns_of_order(column, down=down))
        if search_request.cursor is None:
            start = search_request.start_index_0 or 0
            page = list(ordered[start : start + (search_request.count or 0)])
            return SearchPage(rows.count(), self._documents(page, search_request))
        return self._cursor_page(rows, column, down, search_request, position)

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """See ScimStorage."""
        with _as_scim():
            if resource_type is USER:
                made = people.create_person(
                    facts=self._facts, tenant=self._tenant, values=person_values(resource)
                )
                return new_person_document(made)
            row = groups.create_group(
                facts=self._facts, tenant=self._tenant, change=group_values(resource)
            )
            return group_document(row, with_members=True)

    def update(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        *,
        expected_version: str | None = None,
    ) -> Resource[Any]:
        """See ScimStorage."""
        if resource_type is not USER:
            row = self.change_group(str(resource.id), group_values(resource), expected_version)
            return group_document(row, with_members=True)
        with _as_scim():
            changed = people.change_person(
                facts=self._facts,
                tenant=self._tenant,
                person=_id(resource.id),
                values=person_values(resource),
                expected_version=_version(expected_version),
            )
            return people_documents([changed])[0]

    def change_group(
        self, resource_id: str, change: GroupChange, expected_version: str | None
    ) -> ScimGroup:
        """Change a group without reading its members. Raises what `update` does."""
        check_group(change)
        with _as_scim():
            return groups.change_group(
                facts=self._facts,
                tenant=self._tenant,
                group=_id(resource_id),
                change=change,
                expected_version=_version(expected_version),
            )

    def light(self, resource_type: ResourceType, resource_id: str) -> Resource[Any]:
        """A resource without members, for conditions and answers that need none."""
        row = self._row(resource_type, resource_id)
        if isinstance(row, ScimUser):
            return people_documents([row])[0]
        return group_document(row, with_members=False)

    def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,
    ) -> None:
        """See ScimStorage."""
        key, version = _id(resource_id), _version(expected_version)
        with _as_scim():
            if resource_type is USER:
                people.delete_person(
                    facts=self._facts, tenant=self._tenant, person=key, expected_version=version
                )
            else:
                groups.delete_group(
                    facts=self._facts, tenant=self._tenant, group=key, expected_version=version
                )

    def _row(self, kind: ResourceType, resource_id: str) -> ScimUser | ScimGroup:
        row: ScimUser | ScimGroup | None = self._rows(kind).filter(pk=_id(resource_id)).first()
        if row is None:
            raise NotFoundException(detail=f"{kind.name} {resource_id!r} not found")
        return row

    def _rows(self, kind: ResourceType) -> QuerySet[Any]:
        """All resources of a kind that the directory of this tenant sees."""
        if kind is USER:
            return ScimUser.objects.filter(tenant=self._tenant, deleted_at=None)
        return ScimGroup.objects.filter(tenant=self._tenant)

    def _found(self, kind: ResourceType, search_request: SearchRequest[Any]) -> QuerySet[Any]:
        rows = self._rows(kind)
        wanted = search_request.filter
        return rows if wanted is None else rows.filter(condition_of(wanted.ast, kind))

    def _search_both(
        self, kinds: list[ResourceType], search_request: SearchRequest[Any]
    ) -> SearchPage:
        if search_request.cursor is not None or search_request.sort_by is not None:
            raise NotImplementedException(detail="Search one resource type to sort or use cursors")
        start, left = search_request.start_index_0 or 0, search_request.count or 0
        total, found = 0, list[Resource[Any]]()
        for kind in kinds:
            rows = self._found(kind, search_request).order_by("pk")
            count = rows.count()
            skip = max(start - total, 0)
            page = list(rows[skip : skip + left]) if left else []
            found += self._documents(page, search_request)
            total, left = total + count, left - len(page)
        return SearchPage(total, found)

    def _cursor_page(
        self,
        rows: QuerySet[Any],
        column: str,
        down: bool,  # noqa: FBT001 (a word beside its column)
        search_request: SearchRequest[Any],
        position: Any,  # noqa: ANN401 (what `_position` gave)
    ) -> SearchPage:
        count, total = search_request.count or 0, rows.count()
        if not count:
            return SearchPage(total, [])
        back = position is not None and _direction(position) == "previous"
        ordered = rows.order_by(*_columns_of_order(column, down=down != back))
        if position is not None:
            ordered = ordered.filter(_beyond(column, position, down=down != back))
        page = list(ordered[: count + 1])
        more, page = len(page) > count, page[:count]
        if back:
            page.reverse()
        made = SearchPage(total, self._documents(page, search_request))
        if page and (more or back):
            made.next = _position("next", page[-1], column)
        if page and (more if back else position is not None):
            made.previous = _position("previous", page[0], column)
        return made

    def _documents(
        self, rows: list[Any], search_request: SearchRequest[Any]
    ) -> list[Resource[Any]]:
        if rows and isinstance(rows[0], ScimUser):
            return people_documents(rows)
        wanted = _wants_members(search_request)
        return [group_document(row, with_members=wanted) for row in rows]


@contextmanager
def _as_scim() -> Iterator[None]:
    """Refusals of our flows as exceptions of SCIM."""
    try:
        yield
    except InvalidInput as bad:
        if bad.field in _TAKEN:
            raise UniquenessException(detail=bad.message) from bad
        if bad.field == "version":
            raise PreconditionFailedException(detail=bad.message) from bad
        raise InvalidValueException(detail=bad.message) from bad
    except NotAllowed as refused:
        raise ForbiddenException(detail=refused.message) from refused
    except (ScimUser.DoesNotExist, ScimGroup.DoesNotExist) as gone:
        raise NotFoundException from gone


def _id(text: str | None) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFoundException(detail=f"{text!r} not found") from None


def _version(tag: str | None) -> int | None:
    """The number in an entity tag of ours."""
    if tag is None:
        return None
    digits = tag.removeprefix("W/").strip('"')
    if not digits.isdecimal():
        raise PreconditionFailedException
    return int(digits)


def _wants_members(asked: ResponseParameters[Any] | None) -> bool:
    """Whether an answer will show the members of groups."""
    if asked is None:
        return True
    return shows_members(asked.attributes or [], asked.excluded_attributes or [])


def shows_members(attributes: Iterable[object], excluded: Iterable[object]) -> bool:
    """Whether an answer of these attributes, or of all but `excluded`, shows members."""
    wanted = [_attribute(each) for each in attributes]
    if wanted:
        return any(each.partition(".")[0] == "members" for each in wanted)
    return "members" not in {_attribute(each) for each in excluded}


def _attribute(path: object) -> str:
    """The name in a path, without the schema before it."""
    return str(path).rpartition(":")[2].strip().lower()


def _columns_of_order(column: str, *, down: bool) -> list[Any]:
    columns = dict.fromkeys((column, "pk"))
    return [F(each).desc() if down else F(each).asc() for each in columns]


def _position(direction: str, row: Model, column: str) -> dict[str, Any]:
    value = getattr(row, column)
    shown = value.isoformat() if isinstance(value, datetime) else str(value)
    return {"d": direction, "k": shown, "i": str(row.pk)}


def _direction(position: Any) -> str:  # noqa: ANN401 (what a cursor held)
    if not isinstance(position, dict) or position.get("d") not in {"next", "previous"}:
        raise InvalidCursorException
    return str(position["d"])


def _beyond(column: str, position: Any, *, down: bool) -> Q:  # noqa: ANN401 (what a cursor held)
    word = "lt" if down else "gt"
    try:
        key, value = UUID(position["i"]), position["k"]
        if column == "pk":
            return Q(**{f"pk__{word}": key})
        if column.endswith("_at"):
            value = datetime.fromisoformat(value)
    except (KeyError, TypeError, ValueError):
        raise InvalidCursorException from None
    return Q(**{f"{column}__{word}": value}) | Q(**{column: value, f"pk__{word}": key})
