"""What a host mounts by one line."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.urls import Resolver404, resolve, reverse

CHALLENGE = UUID("00000000-0000-4000-8000-000000000001")


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("choose", ["token"]),
        ("enroll", ["token"]),
        ("code", [CHALLENGE]),
        ("again", [CHALLENGE]),
        ("cancel", [CHALLENGE]),
        ("repudiate", [CHALLENGE]),
        ("continue", [CHALLENGE]),
        ("status", ["reference"]),
        ("api-policy", ["role_grant"]),
        ("api-coverage", []),
        ("api-enrollment", []),
        ("api-enrollment-role", ["admin"]),
    ],
)
def test_every_url_is_found_by_its_name_below_the_mount(name: str, args: list[object]) -> None:
    url = reverse(f"otpguard:{name}", args=args)
    assert url.startswith("/security/")
    assert resolve(url).view_name == f"otpguard:{name}"


def test_a_url_without_a_real_challenge_id_is_not_found() -> None:
    with pytest.raises(Resolver404):
        resolve("/security/challenge/1/")
