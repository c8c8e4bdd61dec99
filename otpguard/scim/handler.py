"""The protocol, by scim2-server: vendors' forms, scopes, and the path for group members."""

from __future__ import annotations

import json
from typing import Any

from scim2_models import (
    ForbiddenException,
    InvalidValueException,
    PatchOp,
    Resource,
    ResourceType,
    SearchRequest,
    TooManyException,
)
from scim2_server.conditions import Conditions
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.routing import Operation, Target
from scim2_server.service import ScimService
from scim2_server.utils import parametrize

from otpguard.core.scim import (
    MOST_OPERATIONS,
    UnknownChangeError,
    group_change,
    plain_filter,
    plain_operations,
    with_missing_rows,
)
from otpguard.models import ScimToken
from otpguard.scim.documents import USER, group_document
from otpguard.scim.storage import TenantStorage

_READS = frozenset({Operation.query, Operation.search, Operation.search_with_body})


class TenantService(ScimService):
    """The protocol for one request; its `subject` is the token that it came with."""

    def authorize(self, request: ScimRequest, target: Target, resource_type: ResourceType) -> None:
        """What the scope of the token lets it do. Raises ForbiddenException."""
        scope = request.subject.scope
        if target.operation in _READS or scope == ScimToken.Scope.FULL:
            return
        if scope == ScimToken.Scope.USERS and resource_type is USER:
            return
        raise ForbiddenException(detail="The scope of this token does not allow it")

    def read_search(
        self,
        resource_types: list[ResourceType],
        payload: Any,  # noqa: ANN401 (any JSON)
    ) -> tuple[SearchRequest[Any], Any]:
        """As the base, in whatever form a vendor writes a filter."""
        if isinstance(payload, dict):
            wanted = payload.get("filter")
            if isinstance(wanted, str):
                payload = {**payload, "filter": plain_filter(wanted)}
        return super().read_search(resource_types, payload)

    def read_patch(
        self, resource_type: ResourceType, body: bytes, content_type: str | None
    ) -> PatchOp[Any]:
        """As the base, in whatever form a vendor writes it."""
        found = self.decode_body(body, content_type)
        if isinstance(found, dict):
            for name in [key for key in found if key.lower() == "operations"]:
                found[name] = plain_operations(found[name])
                if isinstance(found[name], list) and len(found[name]) > MOST_OPERATIONS:
                    raise TooManyException(detail=f"Send at most {MOST_OPERATIONS} operations")
                if not found[name]:
                    raise InvalidValueException(detail="There is no operation")
            body = json.dumps(found).encode()
        return super().read_patch(resource_type, body, content_type)


class TenantHandler(ScimHandler):
    """The operations. A PATCH that only names members of a group never reads the others."""

    storage: TenantStorage

    def __init__(self, service: ScimService, storage: TenantStorage, *, shows: bool) -> None:
        super().__init__(service, storage)
        self.storage = storage
        self._shows = shows
        """Whether the client has asked for members in the answer to its PATCH."""

    def replace_resource(
        self,
        resource_type: ResourceType,
        current: Resource[Any],
        replacement: Resource[Any],
        conditions: Conditions,
    ) -> Resource[Any]:
        """Replace a resource. A person whose PUT says nothing of `active` stays as they are."""
        if resource_type is USER:
            person: Any = replacement
            before: Any = current
            if person.active is None:
                person.active = before.active
        return super().replace_resource(resource_type, current, replacement, conditions)

    def patch_resource(
        self,
        resource_type: ResourceType,
        resource_id: str,
        patch_op: PatchOp[Any],
        conditions: Conditions,
    ) -> Resource[Any]:
        """Apply a PATCH; see the class."""
        if resource_type is not USER:
            operations = _dumped(patch_op)
            try:
                change = group_change(operations)
            except UnknownChangeError:
                return super().patch_resource(resource_type, resource_id, patch_op, conditions)
            version = self._checked_version(resource_type, resource_id, conditions)
            row = self.storage.change_group(resource_id, change, version)
            return group_document(row, with_members=self._shows)
        person = self.storage.light(resource_type, resource_id)
        seen = person.model_dump(mode="json", exclude_none=True)
        operations = with_missing_rows(_dumped(patch_op), seen)
        plain = parametrize(PatchOp, self.service.get_model(resource_type)).model_validate(
            {"schemas": [str(PatchOp.__schema__)], "Operations": operations}
        )
        return super().patch_resource(resource_type, resource_id, plain, conditions)

    def _checked_version(
        self, resource_type: ResourceType, resource_id: str, conditions: Conditions
    ) -> str | None:
        """The version that the client knows, which must be the one now; None if it names none."""
        if not (conditions.if_match or conditions.if_none_match):
            return None
        current = self.storage.light(resource_type, resource_id)
        self.service.check_preconditions(current, "PATCH", conditions)
        return current.meta.version if conditions.if_match and current.meta else None

    def delete_resource(
        self, resource_type: ResourceType, resource_id: str, conditions: Conditions
    ) -> None:
        """Delete a resource without reading its members."""
        current = self.storage.light(resource_type, resource_id)
        self.service.check_deletion(current, conditions)
        version = current.meta.version if conditions.if_match and current.meta else None
        self.storage.delete(resource_type, resource_id, expected_version=version)


def _dumped(patch_op: PatchOp[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = patch_op.model_dump(mode="json", exclude_none=True)["Operations"]
    return found
