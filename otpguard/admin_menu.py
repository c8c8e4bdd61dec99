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
            MenuList("release", _("releases"), _("Files that were made for people"), "download"),
            MenuList(
                "billingchange",
                _("billing changes"),
                _("How organizations pay, and who locked it"),
                "credit_card",
            ),
            MenuList("approval", _("approvals"), _("What other people decide"), "how_to_reg"),
            MenuList("envelope", _("emergency envelopes"), _("Codes for an emergency"), "lock"),
            MenuList(
                "emergencyaccess",
                _("emergency accesses"),
                _("What was opened with them"),
                "emergency",
            ),
            MenuList("factorblock", _("blocked factors"), _("What organizations refuse"), "block"),
            MenuList("keyrecord", _("API keys"), _("Who made each key, and its age"), "vpn_key"),
            MenuList(
                "subjectkey",
                _("references of people"),
                _("Whom the log names, and who was erased"),
                "person_off",
            ),
            MenuList(
                "legalhold",
                _("legal holds on people"),
                _("Who must not be erased"),
                "gavel",
            ),
            MenuList(
                "scimuser",
                _("people in directories"),
                _("Whom customers' directories have sent"),
                "contacts",
            ),
            MenuList(
                "scimgroup",
                _("groups of directories"),
                _("Which role each group gives"),
                "groups",
            ),
            MenuList("scimtoken", _("SCIM tokens"), _("What directories come with"), "sync_lock"),
            MenuList(
                "identityprovider",
                _("identity providers"),
                _("Where organizations sign in, and what of it counts"),
                "assured_workload",
            ),
            MenuList(
                "federatedidentity",
                _("identities at providers"),
                _("Which sign-in opens which account"),
                "badge",
            ),
            MenuList(
                "verifieddomain",
                _("e-mail domains"),
                _("Which organization each domain belongs to"),
                "domain_verification",
            ),
            MenuList(
                "signalstream",
                _("signal streams"),
                _("Providers whose security events end proofs"),
                "sensors",
            ),
            MenuList("loginsession", _("login sessions"), _("Who is logged in"), "devices"),
            MenuList(
                "resetlink",
                _("links to reset a password"),
                _("Resets of forgotten passwords, and who may finish one"),
                "lock_reset",
            ),
            MenuList(
                "emailchange",
                _("changed e-mail addresses"),
                _("What the old mailbox can undo"),
                "alternate_email",
            ),
            MenuList(
                "resetrequest",
                _("requests to reset a password"),
                _("What no worker has taken yet"),
                "schedule_send",
            ),
            MenuList("loginplace", _("login places"), _("From where people log in"), "public"),
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
            MenuList(
                "capraise",
                _("raised limits"),
                _("Where more codes go to new numbers"),
                "trending_up",
            ),
            MenuList("routeswitch", _("route switches"), _("What is switched off"), "toggle_off"),
            MenuList(
                "paidclosure",
                _("closed channels"),
                _("Where too much was spent on new numbers"),
                "money_off",
            ),
            MenuList(
                "signuplockdown",
                _("lock-downs of sign-ups"),
                _("When no codes go to new people"),
                "lock",
            ),
            MenuList("delivery", _("deliveries"), _("Each message that was sent"), "sms"),
            MenuList("receipt", _("receipts"), _("What vendors said later"), "receipt"),
            MenuList("optout", _("opt-outs"), _("Numbers that get no messages"), "do_not_disturb"),
            MenuList(
                "pumpingdecision",
                _("pumping decisions"),
                _("Why a number got a code, or none"),
                "shield",
            ),
            MenuList(
                "numberrelease",
                _("released numbers"),
                _("What support lets pass for an hour"),
                "lock_open",
            ),
            MenuList(
                "numberanswer",
                _("answers about numbers"),
                _("What vendors say, and until when it is used again"),
                "contact_phone",
            ),
            MenuList(
                "vendorstate",
                _("vendors of facts about numbers"),
                _("Which vendors are asked, and which are paused"),
                "dns",
            ),
            MenuList(
                "prefixstatistic",
                _("prefix statistics"),
                _("Which numbers enter their codes, and what is blocked"),
                "monitoring",
            ),
            MenuList(
                "prefixrule", _("prefix rules"), _("Blocked and allowed numbers"), "filter_list"
            ),
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
            MenuList(
                "logcheck",
                _("checks of the log"),
                _("Whether the audit log is undamaged"),
                "fact_check",
            ),
            MenuList("challenge", _("challenges"), _("Codes that were asked for"), "dialpad"),
            MenuList(
                "phoneclaim",
                _("phone claims"),
                _("Numbers that visitors without an account confirmed"),
                "contact_phone",
            ),
            MenuList("grant", _("grants"), _("What was confirmed, and until when"), "verified"),
            MenuList("notice", _("notices"), _("What people were told"), "campaign"),
            MenuList(
                "logstream",
                _("event streams"),
                _("Where events are sent, and whether they arrive"),
                "stream",
            ),
            MenuList(
                "deadletter",
                _("refused events"),
                _("What a receiver did not take"),
                "block",
            ),
        ),
    ),
)
