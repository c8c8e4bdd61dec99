"""Sentences that say why a channel is off for a number, and how to get it back."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from otpguard.core.assurance import Channel
from otpguard.labels import CHANNELS
from otpguard.models import OptOut


def stopped_text(row: OptOut) -> str:
    """One opt-out in a sentence: channel, since when, and how we know."""
    known = {channel.value: label for channel, label in CHANNELS.items()}
    said = {
        "channel": known.get(row.channel, row.channel),
        "day": date_format(localtime(row.at), "DATE_FORMAT"),
    }
    if row.source == OptOut.Source.KEYWORD:
        return _("Off since %(day)s: %(channel)s. STOP was sent from this number.") % said
    return _("Off since %(day)s: %(channel)s. The vendor says that STOP was sent.") % said


def restart_text(row: OptOut) -> str:
    """What the person can do to get messages again."""
    if row.channel == Channel.VOICE:
        return _("To get them again, ask your support.")
    return _("To get them again, send START to the number that the codes came from.")
