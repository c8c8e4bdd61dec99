"""What directories look for, in which order, a page at a time."""

from __future__ import annotations

import json

import pytest

from tests.scim.speaking import ENTERPRISE, Directory

pytestmark = pytest.mark.django_db


def found(acme: Directory, wanted: str, path: str = "/Users") -> list[str]:
    rows = acme.get(path, filter=wanted)["Resources"]
    return sorted((each.get("userName") or each["displayName"]).partition("@")[0] for each in rows)


@pytest.fixture
def people(acme: Directory) -> Directory:
    acme.person("ann", externalId="00u1", title="Boss", name={"familyName": "Lee"})
    acme.person("bob", externalId="00U1", active=False, **{ENTERPRISE: {"department": "Sales"}})
    acme.person("cid", displayName="Cid C.")
    return acme


@pytest.mark.parametrize(
    ("wanted", "who"),
    [
        ('userName sw "ANN@"', ["ann"]),
        ('userName eq "nobody"', []),
        ('externalId eq "00u1"', ["ann"]),
        ('externalId eq "00U1"', ["bob"]),
        ("active eq true", ["ann", "cid"]),
        ("active eq false", ["bob"]),
        ('title eq "boss"', ["ann"]),
        ('title ne "boss"', ["bob", "cid"]),
        ("title pr", ["ann"]),
        ("not (title pr)", ["bob", "cid"]),
        ('name.familyName co "EE"', ["ann"]),
        (f'{ENTERPRISE}:department eq "sales"', ["bob"]),
        ('displayName ew "c."', ["cid"]),
        ('emails[type eq "work"].value sw "bob@"', ["bob"]),
        ('emails[type eq "work" and value sw "bob@"]', ["bob"]),
        ('emails[type eq "home" and value sw "bob@"]', []),
        ('emails.value sw "cid@" or userName sw "ann@"', ["ann", "cid"]),
        ('meta.created gt "2020-01-01T00:00:00Z" and active eq true', ["ann", "cid"]),
        ('id eq "nothing"', []),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ann@"', ["ann"]),
    ],
)
def test_people_are_found(people: Directory, wanted: str, who: list[str]) -> None:
    assert found(people, wanted) == who


@pytest.mark.parametrize(
    "wanted",
    [
        "userName",
        'userName eq "a" or',
        'nonsense eq "a"',
        'phoneNumbers.value eq "+1"',
        "active gt true",
        'meta.created gt "soon"',
        " or ".join(['userName eq "a"'] * 100),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(people: Directory, wanted: str) -> None:
    answer = people.client.get(
        f"/scim/v2/{people.tenant.slug}/Users",
        {"filter": wanted},
        headers={"Authorization": f"Bearer {people.secret}"},
    )
    assert answer.status_code == 400, answer.content
    assert json.loads(answer.content)["status"] == "400"


def test_groups_are_found_by_name_and_member(people: Directory) -> None:
    ann = people.get("/Users", filter='userName sw "ann"')["Resources"][0]
    people.group("Sales", ann)
    people.group("Support")
    assert found(people, 'displayName eq "SALES"', "/Groups") == ["Sales"]
    assert found(people, f'members[value eq "{ann["id"]}"]', "/Groups") == ["Sales"]
    assert found(people, f'members.value eq "{ann["id"]}"', "/Groups") == ["Sales"]


def test_pages_by_index_name_everybody_once(acme: Directory) -> None:
    names = [acme.person(f"p{number}")["userName"] for number in range(7)]
    seen = []
    for start in (1, 4, 7, 10):
        page = acme.get("/Users", startIndex=start, count=3, sortBy="userName")
        assert page["totalResults"] == 7
        seen += [each["userName"] for each in page.get("Resources", [])]
    assert seen == sorted(names)


@pytest.mark.parametrize("order", [{}, {"sortBy": "userName"}, {"sortBy": "meta.created"}])
@pytest.mark.parametrize("direction", ["ascending", "descending"])
def test_cursors_lead_through_all_pages_and_back(
    acme: Directory, order: dict[str, str], direction: str
) -> None:
    names = {acme.person(f"p{number}")["userName"] for number in range(7)}
    asked = {**order, "sortOrder": direction, "count": 3}
    pages, cursor = [], ""
    while True:
        page = acme.get("/Users", cursor=cursor, **asked)
        pages.append([each["userName"] for each in page["Resources"]])
        if "nextCursor" not in page:
            break
        cursor = page["nextCursor"]
    assert [len(each) for each in pages] == [3, 3, 1]
    assert {name for each in pages for name in each} == names
    back = acme.get("/Users", cursor=page["previousCursor"], **asked)
    assert [each["userName"] for each in back["Resources"]] == pages[1]


def test_a_forged_cursor_is_refused(acme: Directory) -> None:
    assert acme.send("GET", "/Users?cursor=forged").status_code == 400


@pytest.mark.parametrize(
    ("query", "rows"), [("count=0", 0), ("count=-1", 0), ("startIndex=0", 1), ("startIndex=9", 0)]
)
def test_odd_pages_are_pages(acme: Directory, query: str, rows: int) -> None:
    acme.person("ann")
    answer = acme.send("GET", f"/Users?{query}")
    assert answer.status_code == 200
    page = json.loads(answer.content)
    assert (page["totalResults"], len(page.get("Resources", []))) == (1, rows)
