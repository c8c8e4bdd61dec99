"""The API's description as it is checked in: `python -m tests.api.described` writes it again."""

from __future__ import annotations

import json
import os

import django

from tests.house.source import ROOT

FILE = ROOT / "docs" / "openapi.json"


def written(document: object) -> str:
    """As it stands in the file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from otpguard.api.description import describe
    from otpguard.api.urls import VIEWS

    FILE.write_text(written(describe(VIEWS, prefix="/security/api")), encoding="utf-8")
