"""The command checks a whole file, then imports it; with one mistake it imports nothing."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.flows.tenant.provision import create_tenant
from otpguard.models import Event, Hold, Membership
from tests import factories

pytestmark = pytest.mark.django_db
GOOD = "organization;email;roles\r\nacme;ada@example.com;admin\r\nacme;bob@example.com;admin\r\n"


@pytest.fixture(autouse=True)
def acme(db: None) -> None:
    create_tenant(facts=RequestFacts(now=timezone.now()), slug="acme", name="Acme")
    factories.user("ada")
    factories.user("bob")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "members.csv"


def run(file: Path, *options: str, err: StringIO | None = None) -> list[str]:
    out = StringIO()
    said = {"stdout": out, "stderr": err or StringIO(), "no_color": True}
    call_command("otpguard_import_members", str(file), *options, **said)
    return out.getvalue().splitlines()


def test_it_imports_a_file_of_a_spreadsheet_and_says_each_line(file: Path) -> None:
    file.write_text(GOOD, "utf-8-sig", newline="")
    assert run(file, "--not-held") == [
        "Line 2: acme, ada@example.com: added (admin)",
        "Line 3: acme, bob@example.com: added (admin)",
        "Done. Lines: 2.",
    ]
    assert not Hold.objects.exists()
    assert Event.objects.filter(kind="membership.imported").count() == 2
    assert run(file, "--not-held")[0] == "Line 2: acme, ada@example.com: there already (admin)"


def test_the_second_admin_is_held_unless_it_says_not(file: Path) -> None:
    file.write_text(GOOD)
    run(file)
    assert Hold.objects.get().membership.user.get_username() == "bob"


def test_a_dry_run_says_what_each_line_would_do_and_writes_nothing(file: Path) -> None:
    file.write_text(GOOD)
    assert run(file, "--dry-run") == [
        "Line 2: acme, ada@example.com: added (admin)",
        "Line 3: acme, bob@example.com: added (admin)",
        "Nothing was written. Lines: 2.",
    ]
    assert not Membership.objects.exists()


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_mistakes_are_said_line_by_line_and_nothing_is_imported(
    file: Path, options: tuple[str, ...]
) -> None:
    file.write_text(GOOD + "acme;eve@example.com;admin\nacme;ada@example.com;ADMIN\n")
    err = StringIO()
    with pytest.raises(CommandError) as caught:
        run(file, *options, err=err)
    assert err.getvalue().splitlines() == [
        "Line 4: There is no account with this e-mail address.",
        "Line 5: “ADMIN” is not a role name: use lower-case letters, digits and _ . -",
    ]
    assert str(caught.value) == "Nothing was imported. Mistakes: 2."
    assert caught.value.returncode == 1
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"\xff\xfe", "not UTF-8"), (b"", "Mistakes: 1")]
)
def test_what_cannot_be_read_is_one_line(file: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=said) as caught:
        run(file)
    assert "\n" not in str(caught.value)


def test_a_long_file_shows_how_far_it_is(file: Path) -> None:
    err = StringIO()
    file.write_text(GOOD + "acme;ada@example.com;admin\n" * 5_000)
    with pytest.raises(CommandError, match="Mistakes: 5000"):
        run(file, err=err)
    assert "5,000 lines checked" in err.getvalue().splitlines()
