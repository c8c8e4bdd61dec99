"""Take what a vendor reports besides receipts: keywords from people, and changes of senders."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings as django_settings
from django.utils import translation
from django.utils.translation import gettext as _

from otpguard.channels import catalog
from otpguard.channels.base import Webhook
from otpguard.channels.inbound import HearsKeywords, KnowsSenders
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.gsm_text import in_gsm
from otpguard.core.keywords import Keyword
from otpguard.flows.route.opt_out import hear_keywords
from otpguard.flows.route.whatsapp_state import apply_changes
from otpguard.models import TenDlcRegistration
from otpguard.models.sender import HELP_LENGTH


def take_inbound(*, provider: str, received: Webhook, now: datetime) -> str | None:
    """Do what an authentic request asks for.

    Returns the body to answer with, "" for none, and None if the vendor must send the request
    again, because it brings more than is taken at once.

    The answer carries the HELP text of the sender, where the vendor sends it back and has not
    answered by itself. Each keyword and each change commits by itself; a repeat does nothing.
    """
    knowing = catalog.offered(provider, KnowsSenders)
    if knowing is not None:
        apply_changes(provider=provider, changes=knowing.parse_sender_changes(received), now=now)
    hearing = catalog.offered(provider, HearsKeywords)
    if hearing is None:
        return ""
    answer, facts = "", hearing.parse_keywords(received)
    if hear_keywords(provider=provider, facts=facts, now=now):
        return None
    for fact in facts:
        if fact.keyword is Keyword.HELP and not fact.answered and fact.channel is Channel.SMS:
            answer = hearing.keyword_reply(help_text_of(provider))
    return answer


def help_text_of(provider: str) -> str:
    """What HELP is answered with: the text of the provider's 10DLC registration, an approved one
    first, else one that names brand and support. It fits one part of a text message."""
    rows = TenDlcRegistration.objects.filter(provider=provider).exclude(help_text="")
    ranked = sorted(rows, key=lambda row: row.status != TenDlcRegistration.Status.APPROVED)
    if ranked:
        return str(ranked[0].help_text)
    mine = settings()
    with translation.override(django_settings.LANGUAGE_CODE):
        if mine.support_url:
            text = _("%(brand)s: codes that confirm it is you. Help: %(url)s. STOP ends them.")
        else:
            text = _("%(brand)s: codes that confirm it is you. Reply STOP to end them.")
        said = text % {"brand": mine.brand, "url": mine.support_url}
        return in_gsm(said, keep=mine.brand + mine.support_url)[:HELP_LENGTH]
