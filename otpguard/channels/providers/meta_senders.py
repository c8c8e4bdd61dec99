"""What Meta says of a WhatsApp sender: its name and badge, its template's status and category.

Asked for by two reads of the Graph API, and told by itself over the webhook that also brings
receipts. Words that are not known here never make a template usable.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from otpguard.channels.base import Sender
from otpguard.channels.inbound import KeywordFact, SenderChange, SenderState, TemplateState
from otpguard.channels.responses import document, each_object, moment, text
from otpguard.core.assurance import Channel
from otpguard.core.keywords import keyword_of
from otpguard.core.phone import InvalidPhoneError, parse_phone
from otpguard.core.plain_text import plain_text
from otpguard.transport.exchange import Response

NUMBER_FIELDS = "verified_name,is_official_business_account"
TEMPLATE_FIELDS = "name,language,status,category"
MOST_TEMPLATES = 100
"""Asked for at once: Meta finds templates by a part of their name, in every language."""

STATUSES: Mapping[str, TemplateState] = {
    "APPROVED": TemplateState.APPROVED,
    "PENDING": TemplateState.PENDING,
    "IN_APPEAL": TemplateState.PENDING,
    "REJECTED": TemplateState.REJECTED,
    "PAUSED": TemplateState.PAUSED,
    "DISABLED": TemplateState.DISABLED,
    "ARCHIVED": TemplateState.DISABLED,
    "PENDING_DELETION": TemplateState.DISABLED,
    "DELETED": TemplateState.MISSING,
}
"""Of a template that is read. Any other word counts as PENDING, which carries no code."""

EVENTS: Mapping[str, TemplateState] = {**STATUSES, "REINSTATED": TemplateState.APPROVED}
"""Of a webhook. FLAGGED, LOCKED and what else there is tells nothing certain: it is read again."""


def number_path(sender: Sender) -> str:
    """Where Meta tells about the number, with the query."""
    return f"{quote(sender.number_id, safe='')}?{urlencode({'fields': NUMBER_FIELDS})}"


def templates_path(sender: Sender) -> str:
    """Where Meta lists the templates of that name, with the query."""
    query = {"name": sender.template, "fields": TEMPLATE_FIELDS, "limit": MOST_TEMPLATES}
    return f"{quote(sender.account, safe='')}/message_templates?{urlencode(query)}"


def state_of(sender: Sender, number: Response, templates: Response) -> SenderState | None:
    """What both answers say; None when one of them is not what it should be."""
    about, listed = document(number.body), document(templates.body).get("data")
    if not isinstance(listed, list) or not text(about.get("id")):
        return None
    name = about.get("verified_name")
    approval, category = _template(sender, each_object(listed))
    return SenderState(
        display_name=plain_text(name)[:64] if isinstance(name, str) else "",
        badge=about.get("is_official_business_account") is True,
        category=category,
        approval=approval,
    )


def _template(sender: Sender, listed: tuple[dict[str, Any], ...]) -> tuple[TemplateState, str]:
    for each in listed:
        if text(each.get("name")) != sender.template:
            continue
        if _language(each.get("language")) == _language(sender.language):
            status = STATUSES.get(text(each.get("status")), TemplateState.PENDING)
            return status, text(each.get("category"))[:32]
    return TemplateState.MISSING, ""


def changes_of(body: bytes) -> tuple[SenderChange, ...]:
    """What a webhook says of templates and names."""
    found = []
    for entry in each_object(document(body).get("entry")):
        for change in each_object(entry.get("changes")):
            value = change.get("value")
            about: dict[str, Any] = value if isinstance(value, dict) else {}
            made = _change(entry, text(change.get("field")), about)
            if made is not None:
                found.append(made)
    return tuple(found)


def _change(entry: Mapping[str, Any], field: str, value: Mapping[str, Any]) -> SenderChange | None:
    account, at = text(entry.get("id")), moment(entry.get("time"))
    if not account:
        return None
    if field in {"phone_number_name_update", "account_update"}:
        return SenderChange(account=account, at=at)
    template = text(value.get("message_template_name"))
    language = _language(value.get("message_template_language"))
    if not template or not language:
        return None
    if field == "message_template_status_update":
        approval = EVENTS.get(text(value.get("event")))
        category = text(value.get("message_template_category")) or None
    elif field == "template_category_update":
        # Of a change to come this is the category that still holds.
        approval, category = None, text(value.get("new_category")) or None
    else:
        return None
    return SenderChange(
        account=account,
        template=template,
        language=language,
        approval=approval,
        category=category[:32] if category else None,
        at=at,
    )


def _language(value: object) -> str:
    """A language as the API spells it; webhooks spell it with a hyphen."""
    return text(value).replace("-", "_")


def keywords_of(body: bytes, *, own: str) -> tuple[KeywordFact, ...]:
    """The keywords among the messages that people wrote; `own` is the number id of the options.

    One app may hear of the numbers of many businesses, and not all of them are ours.
    """
    found = []
    for entry in each_object(document(body).get("entry")):
        for change in each_object(entry.get("changes")):
            value = change.get("value")
            if isinstance(value, dict):
                found += [
                    fact
                    for each in each_object(value.get("messages"))
                    if (fact := _keyword(value, each, own)) is not None
                ]
    return tuple(found)


def _keyword(value: Mapping[str, Any], message: Mapping[str, Any], own: str) -> KeywordFact | None:
    written, metadata = message.get("text"), value.get("metadata")
    said = written.get("body") if isinstance(written, dict) else None
    keyword = keyword_of(said) if isinstance(said, str) else None
    digits, reference = text(message.get("from")), text(message.get("id"))
    if keyword is None or not reference or not digits.isdigit():
        return None
    try:
        number = parse_phone(f"+{digits}", region="").e164
    except InvalidPhoneError:
        return None
    sender = text(metadata.get("phone_number_id")) if isinstance(metadata, dict) else ""
    return KeywordFact(
        keyword=keyword,
        channel=Channel.WHATSAPP,
        number=number,
        reference=reference,
        sender=sender,
        elsewhere=sender != own,
    )
