"""A kind of factor is named in its own files; whoever else needs to know something asks its facts.

Where the subject of a module is truly one kind, it stands on the list below with the reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from otpguard.core.shipped_kinds import SHIPPED, SHIPPED_METHODS
from tests.house.source import DEMO, PACKAGE, modules, place, tree

FACTS = "otpguard.core.shipped_kinds"
OF_ALL = frozenset({"SHIPPED", "SHIPPED_METHODS", "check_foreign"})
"""What is said of the shipped kinds together."""

MAY_NAME_ONE = {
    "otpguard/conf/kinds.py": "names the driver of each",
    "otpguard/core/checkpoints.py": "verifies a number; takes no saved code where it would be weak",
    "otpguard/core/policy.py": "always offers a passkey (NIST SP 800-63B-4, 2.2.2)",
    "otpguard/core/routing.py": "plans how a phone's code travels",
    "otpguard/factors/foreign_passkey.py": "reads a passkey of another package",
    "otpguard/factors/passkey_driver.py": "is the passkey's own",
    "otpguard/simulation/member.py": "enrolls a phone, as the people of the simulation do",
    "otpguard/factors/passkey_rows.py": "is the passkey's own",
    "otpguard/factors/phone.py": "is the phone's own",
    "otpguard/factors/recovery.py": "is that of recovery codes",
    "otpguard/factors/totp.py": "is that of authenticators",
    "otpguard/flows/checkpoint/login_risk.py": "takes phones of administrators off a new device",
    "otpguard/flows/scim/phone.py": "binds the phones that a directory knows",
    "otpguard/flows/session/login_risk.py": "asks whether SIM cards were changed",
    "otpguard/flows/doctor.py": "advises on the origin of passkeys",
    "otpguard/flows/factor/import_allauth.py": "takes over the three types of allauth",
    "otpguard/flows/factor/import_otp.py": "takes over authenticators and tokens of django-otp",
    "otpguard/flows/factor/import_otp_webauthn.py": "takes over passkeys",
    "otpguard/flows/factor/import_run.py": "takes over one set of recovery codes a person",
    "otpguard/flows/factor/import_tokens.py": "takes over hardware tokens",
    "otpguard/flows/factor/import_two_factor.py": "takes over numbers and passkeys",
    "otpguard/flows/factor/recovery_codes.py": "makes recovery codes",
    "otpguard/flows/number/answer.py": "verifies the number of a visitor",
    "otpguard/flows/number/start.py": "verifies the number of a visitor",
    "otpguard/flows/rekey.py": "moves the index of numbers",
    "otpguard/models/factor.py": "holds the constraints and proxies of the shipped kinds",
    "otpguard/testing/step_up.py": "proves by a text message unless told otherwise",
    "otpguard/web/security/change_number.py": "changes a number",
    "otpguard/web/security/factors.py": "lists recovery codes apart",
    "otpguard/web/security/recovery_codes.py": "makes recovery codes",
    "otpguard/web/stepup/recovery.py": "offers the code that stands beside a saved one",
}

_NAMES = frozenset({*SHIPPED, *SHIPPED_METHODS})
_IN_TEMPLATE = re.compile(r"\bkind\b\s*(==|!=)\s*[\"'](\w+)[\"']")


def named(module: ast.Module) -> Iterator[str]:
    """The single kinds and methods that a module imports, or the module of all of them."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module == FACTS:
            yield from (each.name for each in node.names if each.name not in OF_ALL)
        elif isinstance(node, ast.ImportFrom) and node.module == FACTS.rpartition(".")[0]:
            yield from (each.name for each in node.names if each.name == FACTS.rpartition(".")[2])


def compared(module: ast.Module) -> Iterator[ast.Compare]:
    """The places where the kind or the method of something is compared with one of their slugs."""
    for node in ast.walk(module):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            asked = any(isinstance(each, ast.Attribute) and each.attr == "kind" for each in sides)
            if asked and any(_is_name(each) for each in sides):
                yield node


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in _NAMES


def in_templates(texts: Iterable[str]) -> list[str]:
    return [found for text in texts for _, found in _IN_TEMPLATE.findall(text) if found in _NAMES]


def test_a_single_kind_is_named_where_the_subject_is_that_kind_and_nowhere_else() -> None:
    found = {place(path) for path in modules(PACKAGE, DEMO) if any(named(tree(path)))}
    assert found - set(MAY_NAME_ONE) == set()
    assert set(MAY_NAME_ONE) - found == set(), "no longer needs its place on the list"


def test_nobody_compares_a_kind_with_its_slug() -> None:
    found = [place(path, node) for path in modules(PACKAGE, DEMO) for node in compared(tree(path))]
    assert found == []


def test_no_template_asks_which_kind_it_shows() -> None:
    assert in_templates(path.read_text("utf-8") for path in PACKAGE.rglob("*.html")) == []


@pytest.mark.parametrize(
    "source",
    [
        "from otpguard.core.shipped_kinds import SHIPPED, PHONE",
        "from otpguard.core.shipped_kinds import BY_SMS as sms",
        "from otpguard.core import assurance, shipped_kinds",
    ],
)
def test_the_law_sees_a_kind_that_is_imported(source: str) -> None:
    assert list(named(ast.parse(source)))
    assert not list(named(ast.parse("from otpguard.core.shipped_kinds import SHIPPED")))


@pytest.mark.parametrize("source", ["row.kind == 'phone'", "'totp' != factor.kind"])
def test_the_law_sees_a_kind_that_is_compared(source: str) -> None:
    assert list(compared(ast.parse(source)))
    assert not list(compared(ast.parse("notice.kind == 'factor_added'")))


def test_the_law_sees_a_template_that_asks() -> None:
    assert in_templates(['{% if factor.kind == "phone" %}']) == ["phone"]
    assert in_templates(['{% if status.kind == "good" %}']) == []
