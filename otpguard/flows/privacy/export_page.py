"""What is stored about a person as one page of HTML that needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otpguard.flows.privacy.export_subject import SubjectExport

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "dl{display:grid;grid-template-columns:minmax(8rem,1fr) 3fr;gap:.25rem 1rem;margin:0}"
    "section>article{border-top:1px solid #888;padding:.75rem 0}dt{font-weight:600}"
    "dd{margin:0;overflow-wrap:anywhere}:root{color-scheme:light dark}"
    "@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}"
)


class PersonFormat(StrEnum):
    """As what the file is written; the value ends its name."""

    HTML = "html"
    JSON = "json"


def page_of(export: SubjectExport) -> str:
    """The page in the language in force. Every value is escaped; nothing is loaded."""
    sections = [
        *((kind, rows) for kind, rows in export.kinds.items()),
        (_("What happened"), export.events),
    ]
    title = _("What is stored about you")
    return format_html(
        '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8"><meta name="viewport"'
        ' content="width=device-width"><title>{}</title><style>{}</style></head>'
        "<body><main><h1>{}</h1><p>{}</p>{}</main></body></html>\n",
        get_language() or "en",
        title,
        SafeString(_STYLE),
        title,
        _(
            "This is what the login protection of this site keeps about you. Codes, secrets and"
            " data about other people are left out."
        ),
        format_html_join("", "{}", ((_section(name, rows),) for name, rows in sections if rows)),
    )


def _section(name: str, rows: list[dict[str, Any]]) -> SafeString:
    articles = format_html_join("", "<article>{}</article>", ((_list(row),) for row in rows))
    return format_html("<section><h2>{} ({})</h2>{}</section>", name, len(rows), articles)


def _list(row: Mapping[str, Any]) -> SafeString:
    shown = ((name, _text(value)) for name, value in row.items() if value not in ("", {}))
    return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", shown))


def _text(value: Any) -> str:  # noqa: ANN401 (plain JSON)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
