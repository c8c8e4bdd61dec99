"""What checks and doctor are told about outside data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from otpguard.intel.data_state import mailbox_state, network_state
from tests.network_files import write_network_file

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_no_file_is_said_and_nothing_else() -> None:
    state = network_state(NOW)
    assert (len(state.missing), state.faulty, state.old) == (1, (), ())


@pytest.mark.parametrize(("days", "old"), [(60, False), (61, True)])
def test_a_file_is_old_after_sixty_days(
    settings: Any, tmp_path: Path, days: int, old: bool
) -> None:
    path = write_network_file(tmp_path / "a.mmdb", built_at=NOW - timedelta(days=days))
    settings.OTPGUARD = {"NETWORK_FILES": [str(path)]}
    state = network_state(NOW)
    assert (state.missing, state.faulty, bool(state.old)) == ((), (), old)


def test_a_faulty_file_is_told_beside_a_good_one(settings: Any, tmp_path: Path) -> None:
    good = write_network_file(tmp_path / "a.mmdb", built_at=NOW)
    settings.OTPGUARD = {"NETWORK_FILES": [str(good), str(tmp_path / "none.mmdb")]}
    (text,) = network_state(NOW).faulty
    assert "none.mmdb" in text


def test_mailboxes_are_known_with_the_package_and_a_faulty_file_is_told(
    settings: Any, tmp_path: Path
) -> None:
    assert mailbox_state().missing == mailbox_state().faulty == ()
    settings.OTPGUARD = {"HYGIENE": {"DOMAINS_FILE": str(tmp_path / "none.txt")}}
    assert len(mailbox_state().faulty) == 1
