"""`If-Match` says for which version a change was made."""

from __future__ import annotations

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from otpguard.api.versions import NO_VERSION, VersionUnsaidError, etag_of, expected_version


def sent(tag: str | None) -> Request:
    headers = {} if tag is None else {"If-Match": tag}
    return Request(APIRequestFactory().patch("/", headers=headers))


@pytest.mark.parametrize("version", [0, 1, 999_999_999])
def test_a_tag_of_ours_is_its_version(version: int) -> None:
    assert expected_version(sent(etag_of(version)), required=True) == version


@pytest.mark.parametrize(
    "tag", ['W/"3"', "3", '"x"', '"3", "4"', '"' + "9" * 5000 + '"', '"-1"', '"³"']
)
def test_any_other_tag_is_a_version_that_nothing_is_at(tag: str) -> None:
    assert expected_version(sent(tag), required=True) == NO_VERSION


def test_a_star_and_where_it_is_not_required_nothing_are_any_version() -> None:
    assert expected_version(sent("*"), required=True) is None
    assert expected_version(sent(None), required=False) is None


def test_without_it_a_change_that_needs_it_is_refused() -> None:
    with pytest.raises(VersionUnsaidError):
        expected_version(sent(None), required=True)
