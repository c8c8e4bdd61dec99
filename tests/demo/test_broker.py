"""The demo's broker shows no message before it is whole."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event, Thread

from kombu import Connection

from demo_project.broker import register

LARGE = "x" * 20_000_000
"""So long that writing it takes a while: time enough to be read half-written."""


def test_a_reader_in_a_hurry_sees_whole_messages_only(tmp_path: Path) -> None:
    folders = {
        "data_folder_in": str(tmp_path),
        "data_folder_out": str(tmp_path),
        "control_folder": str(tmp_path / "control"),
    }
    torn: list[str] = []
    whole = Event()

    def look() -> None:
        while not whole.is_set():
            for file in tmp_path.glob("*.msg"):
                try:
                    json.loads(file.read_text())
                except ValueError:
                    torn.append(file.name)
                else:
                    whole.set()

    reader = Thread(target=look)
    reader.start()
    with Connection(register(), transport_options=folders) as connection:
        box = connection.SimpleQueue("hurry")
        box.put({"text": LARGE})
        reader.join(30)
        assert box.get(timeout=5).payload == {"text": LARGE}
        box.close()
    whole.set()
    assert torn == []
