"""Every module has its mirror test: otpguard/a/b.py is tested by tests/a/test_b.py."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tests.house.source import PACKAGE, ROOT, modules


def mirror_of(module: PurePosixPath) -> PurePosixPath:
    """The test file of one module; both paths start inside otpguard and tests."""
    rooms = [part for part in module.parent.parts if part != "commands"]
    return PurePosixPath("tests", *rooms, f"test_{module.name}")


def inside(path: Path) -> PurePosixPath:
    return PurePosixPath(path.relative_to(PACKAGE).as_posix())


def test_every_module_has_its_mirror_test() -> None:
    mirrors = [mirror_of(inside(path)) for path in modules(PACKAGE) if path.name != "__init__.py"]
    missing = [str(mirror) for mirror in mirrors if not (ROOT / mirror).is_file()]
    assert missing == [], "missing:\n" + "\n".join(missing)


@pytest.mark.parametrize(
    ("module", "mirror"),
    [
        ("vault.py", "tests/test_vault.py"),
        ("core/codes.py", "tests/core/test_codes.py"),
        ("channels/providers/twilio.py", "tests/channels/providers/test_twilio.py"),
        ("management/commands/otpguard_rekey.py", "tests/management/test_otpguard_rekey.py"),
    ],
)
def test_a_mirror_hangs_in_the_room_of_its_module(module: str, mirror: str) -> None:
    assert mirror_of(PurePosixPath(module)) == PurePosixPath(mirror)
