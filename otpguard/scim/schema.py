"""What the SCIM endpoints serve and announce: resource types, our extension, capabilities."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Annotated

from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    EnterpriseUser,
    ETag,
    Extension,
    Filter,
    Mutability,
    Pagination,
    Patch,
    ResourceType,
    Returned,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    User,
)
from scim2_models import Group as CoreGroup
from scim2_models.resources.group import GroupMember

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes that are read of a request; ten thousand members of a group fit in."""

LARGEST_BULK = 1024 * 1024
MOST_BULK = 500
LARGEST_PAGE = 200


class Enrollment(Extension):
    """How far somebody has come with their second factors, and the number that codes go to.

    What the directory reads here, it gets when it asks for it by `attributes`.
    """

    __schema__ = URN("urn:otpguard:params:scim:schemas:extension:2.0:Enrollment")

    mobile_number: str | None = None
    """The number for codes in this organization; goes before the mobile phone of the profile."""

    factors: Annotated[list[str] | None, Mutability.read_only, Returned.request] = None
    """The kinds of factors that count in this organization."""

    level: Annotated[str | None, Mutability.read_only, Returned.request] = None
    """The highest assurance level that they reach, such as AAL2; absent for none."""

    last_step_up: Annotated[datetime | None, Mutability.read_only, Returned.request] = None
    """When the person last confirmed an action here."""

    waits_for_confirmation: Annotated[bool | None, Mutability.read_only, Returned.request] = None
    """True until the owner of an account that was here before has confirmed this entry."""

    removal_waits: Annotated[bool | None, Mutability.read_only, Returned.request] = None
    """True while the removal waits for an administrator, because many went at once."""


class Members(GroupMember):
    """A member as a group lists one: its name is read, never written."""

    display: Annotated[str | None, Mutability.read_only, Returned.request] = None
    """The user name."""


class Group(CoreGroup):
    """A group, with such members."""

    members: list[Members] | None = None  # type: ignore[assignment]  # a narrower one
    """Who is in it."""


@lru_cache(maxsize=1)
def provider() -> ScimProvider:
    """The description of the service: the same for every tenant."""
    user = ResourceType.from_resource(User[EnterpriseUser | Enrollment])
    group = ResourceType.from_resource(Group)
    return ScimProvider(
        models=[User, EnterpriseUser, Enrollment, Group],
        resource_types=[user, group],
        config=ServiceProviderConfig(
            patch=Patch(supported=True),
            bulk=Bulk(supported=True, max_operations=MOST_BULK, max_payload_size=LARGEST_BULK),
            filter=Filter(supported=True, max_results=LARGEST_PAGE),
            change_password=ChangePassword(supported=False),
            sort=Sort(supported=True),
            etag=ETag(supported=True),
            pagination=Pagination(
                cursor=True,
                index=True,
                default_pagination_method=Pagination.DefaultPaginationMethod.index,
                default_page_size=100,
                max_page_size=LARGEST_PAGE,
                cursor_timeout=3600,
            ),
            authentication_schemes=[
                AuthenticationScheme(
                    type=AuthenticationScheme.Type.oauthbearertoken,
                    name="bearer token",
                    description="A token of this organization, made in the administration.",
                    primary=True,
                )
            ],
        ),
    )
