"""Heads as objects, named by size, and the newest by the name that tlog-tiles gives it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from otpguard.audit.publishers.base import PublishError
from otpguard.audit.publishers.heads_storage import HeadStorage
from tests.flows.audit.logging import begin
from tests.flows.audit.publishing import ORIGIN, publish, storages, write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_head_keeps_its_object_and_the_newest_is_easy_to_find(
    settings: Any, tmp_path: Path
) -> None:
    begin()
    settings.STORAGES = storages(tmp_path, "heads")
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"STORAGE": "heads"}}
    for _ in range(2):
        write_and_seal()
        publish()
    root = tmp_path / "heads" / ORIGIN
    assert sorted(each.name for each in (root / "heads").iterdir()) == ["1", "2"]
    assert (root / "checkpoint").read_text() == (root / "heads" / "2").read_text()
    assert HeadStorage("heads").newest() == (root / "heads" / "2").read_text()


def test_a_newest_head_that_is_no_text_is_an_error(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = storages(tmp_path, "heads")
    place = tmp_path / "heads" / ORIGIN
    place.mkdir(parents=True)
    (place / "checkpoint").write_bytes(b"\xff")
    with pytest.raises(PublishError, match="no text"):
        HeadStorage("heads").newest()
