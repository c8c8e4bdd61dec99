"""E-mail before phone at a form on another origin: send the link.

No cookie tells there which browser asked. So the link marks the browser that opens it, which then
goes on at the form with a token: a person who asks for a link to a mailbox of somebody else gains
nothing when it is opened.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language

from otpguard.exceptions import StartRefused
from otpguard.flows.number.email_link import send_email_link
from otpguard.forms.email import EmailForm
from otpguard.notices import links
from otpguard.web.embed.guard_document import guard_document
from otpguard.web.embed.origins import embedded
from otpguard.web.embed.page import ask_at, refused_start, sent_page, unknown_form, wrong_value
from otpguard.web.embed.tokens import EmbeddedLink, encrypt_link
from otpguard.web.number.browser import new_browser

_PATH = re.compile(r"/(?!/)[\w.~%!$&'()*+,;=:@/-]{0,300}", re.ASCII)
"""A path alone: the visitor chooses it, and no page is to act upon a query in an e-mail of ours."""


@embedded
def embed_email(request: HttpRequest, origin: str, fields: dict[str, str]) -> HttpResponse:
    """202 with a new token in `form`, the same for every mailbox; else a problem document, as for a
    start. `page` is the path that the form is at; the visitor comes back to it by the link."""
    sent = sent_page(request, origin, fields)
    if sent is None:
        return unknown_form()
    form = EmailForm(fields)
    if not form.is_valid():
        return wrong_value(sent, "email", str(form.errors["email"][0]))
    browser = new_browser()
    back = partial(_page_of, browser=browser, origin=origin, path=_path_of(fields))
    try:
        send_email_link(
            facts=replace(sent.facts, browser=browser),
            ask=ask_at(sent.place),
            email=form.cleaned_data["email"],
            form=sent.checked,
            language=get_language() or "",
            page_of=partial(back, host=sent.facts.host),
        )
    except StartRefused as refused:
        return refused_start(sent, refused, "No link was sent")
    guard = guard_document(sent.place, now=sent.facts.now, after=sent.checked)
    return JsonResponse(guard, status=202)


def _page_of(token: str, *, browser: str, origin: str, path: str, host: str) -> str:
    named = EmbeddedLink(token=token, browser=browser, origin=origin, path=path)
    return links.page(links.EMBEDDED_LINK_PAGE, encrypt_link(named), host=host)


def _path_of(fields: dict[str, str]) -> str:
    path = fields.get("page", "")
    return path if _PATH.fullmatch(path) else "/"
