"""E-mail before phone: what a mailbox and the owner of a domain are, and how long a link counts.

Mailboxes at domains that are known cost an attacker time; a domain of their own gives them any
number of mailboxes. So what is counted by domain is counted by what one registers.
"""

from __future__ import annotations

from datetime import timedelta

from otpguard.core.pumping.hygiene import email_domain

LINK_LIFE = timedelta(minutes=30)
"""How long the link of an e-mail can be opened: as long as the page it leads on to."""

MARK_LIFE = timedelta(days=1)
"""How long a browser that has opened its link counts as such: as long as it keeps its id."""

SEEN_AFTER = timedelta(days=7)
"""A domain counts as seen when a number was proven through it so long ago. Less, and an attacker
would make a domain known by one proof of their own on the day of the attack."""

_SUFFIXES = frozenset(
    "ac asso co com edu go gob gouv gov ltd me ne net nhs or org plc sch".split()  # noqa: SIM905 (read as a list)
)
"""Labels below a country's own under which anybody registers, as in example.co.uk."""

_COUNTRY = 2
"""Letters in the top-level domain of a country."""

_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
"""Providers that ignore dots in the name of a mailbox."""

FREEMAIL = frozenset(
    {
        "126.com",
        "163.com",
        "aol.com",
        "att.net",
        "bellsouth.net",
        "bigpond.com",
        "bluewin.ch",
        "bt.com",
        "btinternet.com",
        "charter.net",
        "comcast.net",
        "cox.net",
        "fastmail.com",
        "free.fr",
        "freenet.de",
        "gmail.com",
        "gmx.at",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hey.com",
        "hotmail.co.uk",
        "hotmail.com",
        "hotmail.de",
        "hotmail.es",
        "hotmail.fr",
        "icloud.com",
        "laposte.net",
        "libero.it",
        "live.com",
        "mac.com",
        "me.com",
        "msn.com",
        "naver.com",
        "orange.fr",
        "outlook.com",
        "outlook.de",
        "outlook.es",
        "outlook.fr",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "rogers.com",
        "sbcglobal.net",
        "sfr.fr",
        "sky.com",
        "t-online.de",
        "verizon.net",
        "wanadoo.fr",
        "web.de",
        "yahoo.ca",
        "yahoo.co.jp",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.de",
        "yahoo.es",
        "yahoo.fr",
        "ymail.com",
        "zoho.com",
    }
)
"""Where many people have their mailbox: such a domain need not be seen first."""


def mailbox_of(email: str) -> str:
    """The mailbox that an e-mail address is read in, in one spelling: lower case, without what
    stands behind a plus sign, and without dots where the provider ignores them."""
    name, _at, _domain = email.strip().lower().rpartition("@")
    domain = email_domain(email)
    plain = name.partition("+")[0] or name
    if domain in _DOTLESS:
        plain, domain = plain.replace(".", "") or plain, "gmail.com"
    return f"{plain}@{domain}"


def owner_domain(email: str) -> str:
    """The domain that somebody registered to have this e-mail address: subdomains are free of
    charge, so they have no count of their own. Empty for what is no e-mail address."""
    labels = email_domain(email).split(".")
    own = 3 if len(labels[-1]) == _COUNTRY and labels[-2:-1] and labels[-2] in _SUFFIXES else 2
    return ".".join(labels[-own:])
