"""What Okta and Entra ID send means one thing, and many removals are seen."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.scim import (
    FOR_CODES,
    UnknownChangeError,
    group_change,
    is_mass_removal,
    mobile_of,
    plain_filter,
    plain_operations,
    roles_after,
    with_missing_rows,
)


@pytest.mark.parametrize(
    ("removed", "people", "many"),
    [(1, 2, False), (5, 6, False), (6, 7, True), (6, 30, False), (7, 30, True), (20, 100, False)],
)
def test_a_fifth_is_many_but_not_in_a_small_tenant(removed: int, people: int, many: bool) -> None:
    assert is_mass_removal(removed=removed, people=people) is many


def test_what_groups_give_goes_with_them_and_what_others_gave_stays() -> None:
    found = roles_after(roles=["auditor", "editor"], given=["editor"], wanted=["owner"])
    assert found == ["auditor", "owner"]


def test_entra_removes_by_a_list_and_each_is_one_removal() -> None:
    sent = [{"op": "Remove", "path": "members", "value": [{"value": 'a"b'}, {"value": "c"}]}]
    found: Any = plain_operations(sent)
    assert [each["path"] for each in found] == [
        'members[value eq "a\\"b"]',
        'members[value eq "c"]',
    ]


@pytest.mark.parametrize("sent", [None, 7, "x", [1], {"op": "add"}])
def test_what_is_no_list_of_operations_is_left_for_the_parser(sent: object) -> None:
    assert plain_operations(sent) == sent


def test_a_part_of_a_missing_row_adds_the_row() -> None:
    part = {"op": "replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+1"}
    added = with_missing_rows([part], {})[0]
    assert added["value"] == [{"type": "mobile", "value": "+1"}]
    there = {"phoneNumbers": [{"type": "mobile", "value": "+2"}]}
    assert with_missing_rows([part], there) == [part]


def test_later_operations_win() -> None:
    change = group_change(
        [
            {"op": "add", "path": "members", "value": [{"value": "a"}]},
            {"op": "remove", "path": 'members[value eq "a"]'},
        ]
    )
    assert (list(change.added), list(change.removed)) == ([], ["a"])


@pytest.mark.parametrize(
    "path",
    [
        'members[value eq "a"]',
        'Members[ VALUE eq "a" ]',
        'members[value eq "a" and type eq "User"]',
        'urn:ietf:params:scim:schemas:core:2.0:Group:members[value eq "a"]',
    ],
)
def test_one_member_is_named_in_many_forms(path: str) -> None:
    assert list(group_change([{"op": "remove", "path": path}]).removed) == ["a"]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": 'members[value eq "a" and type eq "Group"]'},
        {"op": "remove", "path": 'members[value eq "a" or type eq "User"]'},
        {"op": "remove", "path": 'urn:example:members[value eq "a"]'},
        {"op": "remove", "path": "members"},
        {"op": "add", "path": "members", "value": [{"value": None}]},
        {"op": "add", "path": "title", "value": "x"},
        {"op": "replace", "value": {"title": "x"}},
    ],
)
def test_other_changes_are_not_guessed_at(operation: dict[str, Any]) -> None:
    with pytest.raises(UnknownChangeError):
        group_change([operation])


def test_a_code_goes_to_the_mobile_phone_and_never_to_a_desk() -> None:
    desk, mobile = {"type": "work", "value": "1"}, {"type": "Mobile", "value": "2"}
    assert mobile_of([desk, mobile]) == "2"
    assert mobile_of([desk]) == ""
    assert mobile_of([desk, mobile, {FOR_CODES: "3"}]) == "3"


def test_entras_filter_is_written_as_the_standard_has_it() -> None:
    assert plain_filter('emails[type eq "work"].value eq "a"') == (  # the form of Entra ID
        'emails[type eq "work" and value eq "a"]'
    )
    assert plain_filter('userName eq "a"') == 'userName eq "a"'
