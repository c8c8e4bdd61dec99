"""What is stored about a person as a file that a browser saves."""

from __future__ import annotations

import json

from django.http import HttpResponse

from otpguard.flows.privacy.export_page import PersonFormat, page_of
from otpguard.flows.privacy.export_subject import SubjectExport

_TYPES = {PersonFormat.HTML: "text/html; charset=utf-8", PersonFormat.JSON: "application/json"}


def person_file(found: SubjectExport, form: str, *, name: str) -> HttpResponse:
    """The file, always to be saved and never shown in this site: a page may be opened from there.

    `form` is a PersonFormat, `name` a reference without a person's name. Raises ValueError for
    another format.
    """
    wanted = PersonFormat(form)
    is_page = wanted is PersonFormat.HTML
    text = page_of(found) if is_page else json.dumps(found.as_json(), ensure_ascii=False, indent=2)
    # A lone surrogate, which an old row may hold, has no UTF-8.
    response = HttpResponse(text.encode(errors="replace"), content_type=_TYPES[wanted])
    response["Content-Disposition"] = f'attachment; filename="person-{name}.{wanted.value}"'
    return response
