"""Which version a change was made for: `ETag` of what is read, `If-Match` of what is changed."""

from __future__ import annotations

import re

from rest_framework.request import Request

_TAG = re.compile(r'"(\d{1,9})"')
NO_VERSION = -1
"""What nothing is at: a tag that is none of ours."""


class VersionUnsaidError(Exception):
    """A change does not say which version it was made for."""

    code = "precondition_required"

    def __init__(self) -> None:
        super().__init__("Send If-Match with the ETag of what you have read.")


def etag_of(version: int) -> str:
    """The tag of a version."""
    return f'"{version}"'


def expected_version(request: Request, *, required: bool) -> int | None:
    """The version in `If-Match`; None for any: without it, or with `*`.

    A tag that is not ours is a version that nothing is at. Raises VersionUnsaidError without it
    where it is `required`.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        if required:
            raise VersionUnsaidError
        return None
    if given == "*":
        return None
    found = _TAG.fullmatch(given)
    return int(found[1]) if found else NO_VERSION
