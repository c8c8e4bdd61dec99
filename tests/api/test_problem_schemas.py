"""Problem documents as components of the description."""

from __future__ import annotations

from otpguard.api.problem_schemas import (
    MEMBERS,
    PROBLEM_SCHEMA,
    USUAL,
    problem_response,
    status_name,
)
from otpguard.core.problem_codes import FROM_GUARDS, FROM_THE_API


def test_every_member_of_the_catalog_is_described_and_no_other() -> None:
    kinds = [*FROM_GUARDS.values(), *FROM_THE_API.values()]
    more = {member for kind in kinds for member in kind.members}
    assert MEMBERS.keys() - set(USUAL) == more
    assert PROBLEM_SCHEMA["required"] == list(USUAL)


def test_a_response_lists_its_codes_and_its_headers() -> None:
    response = problem_response(401)
    assert "- `step_up_required`:" in response["description"]
    assert "checkpoint_held" not in response["description"]
    assert list(response["headers"]) == ["WWW-Authenticate"]
    assert list(problem_response(503)["headers"]) == ["Retry-After"]
    assert "headers" not in problem_response(404)
    assert status_name(404) == "OtpguardProblem404"
