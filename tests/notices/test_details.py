"""What a notice may name is read strictly before it is kept."""

from __future__ import annotations

import pytest

from otpguard.notices.details import check_details
from otpguard.notices.kinds import KINDS, Detail, NoticeKind
from tests.notices.details import NAMED


def test_a_kind_takes_its_details_and_no_others() -> None:
    for kind in NoticeKind:
        taken = KINDS[kind].details
        given = {str(detail): NAMED[detail][0] for detail in taken}
        kept = {str(detail): NAMED[detail][1] for detail in taken}
        assert check_details(kind, given) == kept, kind
        for other in set(Detail) - taken:
            with pytest.raises(ValueError, match="does not name"):
                check_details(kind, {other: NAMED[other][0]})


def test_a_name_that_a_user_gave_has_no_place() -> None:
    with pytest.raises(ValueError, match='does not name "name"'):
        check_details(NoticeKind.FACTOR_ADDED, {"name": "Call +1 900 555 0199 now"})


def test_a_number_is_masked_once_and_stays_as_it_is_when_it_was_masked() -> None:
    [once] = check_details(NoticeKind.FACTOR_CHANGED, {"number": "+12015550123"}).values()
    assert once == "+1 ••• ••23"
    assert check_details(NoticeKind.FACTOR_CHANGED, {"number": once}) == {"number": once}
    assert check_details(NoticeKind.FACTOR_CHANGED, {"number": "call me"}) == {"number": "••"}


@pytest.mark.parametrize(
    ("kind", "detail", "value"),
    [
        (NoticeKind.FACTOR_ADDED, "factor", "my yellow key"),
        (NoticeKind.FACTOR_CHANGED, "usable_from", "soon"),
        (NoticeKind.FACTOR_CHANGED, "usable_from", "2026-05-01T12:00:00"),
        (NoticeKind.RECOVERY_USED, "left", "many"),
        (NoticeKind.EMAIL_CONFIRM, "link", "javascript:alert(1)"),
        (NoticeKind.PROVIDER_ALARMED, "provider", "nobody"),
        (NoticeKind.PROVIDER_ALARMED, "failure", "bad luck"),
        (NoticeKind.EMAIL_CONFIRM, "link", "https://acme.example/ and more"),
        (NoticeKind.BILLING_CHANGED, "before", "Call +1 900 555 0199 now"),
        (NoticeKind.BILLING_CHANGED, "after", "•••• 42424"),
        (NoticeKind.BILLING_CHANGED, "billing_field", "colour"),
        (NoticeKind.BILLING_CHANGED, "from_ip", "my house"),
        (NoticeKind.ROLE_GRANTED, "roles", "call us,admin"),
        (NoticeKind.EXCEPTION_EXPIRES, "checkpoint", "Call +1 900 555 0199 now"),
        (NoticeKind.EXPORT_CANCELED, "job", "Call +1 900 555 0199 now"),
    ],
)
def test_a_detail_of_another_form_is_refused(kind: NoticeKind, detail: str, value: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (each reader says it in its own words)
        check_details(kind, {detail: value})


def test_a_job_that_a_host_has_taken_out_of_its_settings_can_still_be_named() -> None:
    given = {"job": "people_of-2025.v1"}
    assert check_details(NoticeKind.EXPORT_CANCELED, given) == given
