"""The lists of the admin in four groups, with what each is for: the one declaration of the menu.

It stands below the doors, so that settings and admin sites of hosts can read it: it imports no
model and no admin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from django.utils.functional import Promise, keep_lazy_text
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

Words: TypeAlias = str | Promise


@dataclass(frozen=True, slots=True)
class MenuList:
    """One list: its model's name in lower case, its plural as the model has it, what it is for, and
    an icon of Material Symbols."""

    model: str
    plural: Words
    help: Words
    icon: str

    @property
    def label(self) -> Words:
        """What the list is called, as Django's own menu has it."""
        return _capitalized(self.plural)


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Lists that belong together, in the order in which they are shown."""

    slug: str
    label: Words
    lists: tuple[MenuList, ...]


_capitalized: Callable[[Words], Words] = keep_lazy_text(lambda text: capfirst(str(text)))

MENU: tuple[MenuGroup, ...] = (
    MenuGroup(
        "people",
        _("People"),
        (
            MenuList("tenant", _("organizations"), _("Contract, region, coverage"), "domain"),
            MenuList("membership", _("members"), _("Who belongs where, with which roles"), "group"),
            MenuList("factor", _("factors"), _("What people confirm with"), "key"),
            MenuList("hold", _("holds"), _("Who has to wait, and until when"), "hourglass"),
            MenuList("approval", _("approvals"), _("What a second person decides"), "how_to_reg"),
            MenuList("factorblock", _("blocked factors"), _("What organizations refuse"), "block"),
            MenuList("loginsession", _("login sessions"), _("Who is logged in"), "devices"),
        ),
    ),
    MenuGroup(
        "policy",
        _("Policy"),
        (
            MenuList("policywish", _("policies"), _("What each action asks for"), "policy"),
            MenuList(
                "policyexception",
                _("policy exceptions"),
                _("Who may stay below the floor, and until when"),
                "rule",
            ),
            MenuList(
                "enrollmentrule",
                _("enrollment rules"),
                _("Who must enroll, and by when"),
                "assignment_ind",
            ),
        ),
    ),
    MenuGroup(
        "delivery",
        _("Delivery"),
        (
            MenuList(
                "routehealth",
                _("route health"),
                _("Which routes fail or are slow"),
                "speed",
            ),
            MenuList("routeswitch", _("route switches"), _("What is switched off"), "toggle_off"),
            MenuList("delivery", _("deliveries"), _("Each message that was sent"), "sms"),
            MenuList("receipt", _("receipts"), _("What vendors said later"), "receipt"),
            MenuList("optout", _("opt-outs"), _("Numbers that get no messages"), "do_not_disturb"),
            MenuList("price", _("prices"), _("What messages cost"), "payments"),
            MenuList("whatsappsender", _("WhatsApp senders"), _("Accounts that send"), "chat"),
            MenuList(
                "tendlcregistration",
                _("10DLC registrations"),
                _("Brands and campaigns for US numbers"),
                "badge",
            ),
        ),
    ),
    MenuGroup(
        "log",
        _("Log"),
        (
            MenuList("event", _("events"), _("The audit log: who did what, and when"), "history"),
            MenuList("challenge", _("challenges"), _("Codes that were asked for"), "dialpad"),
            MenuList(
                "phoneclaim",
                _("phone claims"),
                _("Numbers that visitors without an account confirmed"),
                "contact_phone",
            ),
            MenuList("grant", _("grants"), _("What was confirmed, and until when"), "verified"),
            MenuList("notice", _("notices"), _("What people were told"), "campaign"),
        ),
    ),
)
