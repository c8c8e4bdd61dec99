"""Play an attacker at the sign-up: forty wishes for a code, through the real flow, and undo them.

The IP addresses are of ranges for documentation and the numbers are fictional; what passes lands in
the demo's inbox.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from otpguard import vault
from otpguard.admin.pumping.words import LAYERS
from otpguard.conf import settings
from otpguard.core.client_ip import network_of
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import CapName
from otpguard.core.phone import mask_phone, parse_phone
from otpguard.core.pumping.attempt import FormFacts
from otpguard.core.pumping.money.default_prices import default_price
from otpguard.core.pumping.verdict import Layer
from otpguard.core.reasons import StartReason
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.number.email_link import open_email_link, send_email_link
from otpguard.flows.number.start import start_number_challenge
from otpguard.flows.pumping.known_prefixes import forget
from otpguard.flows.pumping.visitor_form.form import CheckedForm
from otpguard.models import (
    Challenge,
    Delivery,
    MailedBrowser,
    NumberOutcome,
    PrefixStatistic,
    PumpingDecision,
    SpendCharge,
    SpendWindow,
    Usage,
)

BROWSER = "attacker-"
"""How the id of an attacker's browser begins: by that the demo finds what to undo."""

_AREAS = (212, 213, 214, 215, 216, 217, 218, 219, 303, 305, 312, 313, 314, 315, 316, 317, 318, 319)
"""Area codes: of the botnet from the first on, of the servers from the last."""

_STORY = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One wish for a code. `filled_ms` is how long the form took, None for one without our form."""

    number: str
    country: str
    client_ip: str
    mailbox: str = ""
    filled_ms: int | None = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Some tries of one kind; `make` has the one of a place."""

    title: str
    about: str
    tries: int
    make: Callable[[int], Try]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one try. `said` is what the layers said, one sentence each."""

    number: str
    client_ip: str
    mailbox: str
    said: tuple[str, ...]
    sent: bool
    micros: int
    undefended: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveResult:
    """What came of a wave."""

    title: str
    about: str
    results: tuple[Result, ...]

    @property
    def sent(self) -> int:
        """How many codes went out."""
        return sum(each.sent for each in self.results)

    @property
    def stopped_at(self) -> int:
        """The place of the first try after which nothing passed, from 1; 0 if the last one did."""
        passed = [place for place, each in enumerate(self.results, start=1) if each.sent]
        first = passed[-1] + 1 if passed else 1
        return first if first <= len(self.results) else 0


WAVES = (
    Wave(
        title="A script that knows the URL",
        about="It posts a number without having opened the form.",
        tries=3,
        make=lambda place: _us(place, "192.0.2.7", filled_ms=None),
    ),
    Wave(
        title="A program that fills in the form",
        about="In 0.4 seconds, and without a mailbox.",
        tries=3,
        make=lambda place: _us(place, "192.0.2.7", filled_ms=400),
    ),
    Wave(
        title="Numbers of another country",
        about="One where messages are dear, with a mailbox of its own.",
        tries=3,
        make=lambda place: Try(
            number=f"+9230012345{place:02d}",
            country="PK",
            client_ip="192.0.2.8",
            mailbox=f"far-{place}@gmail.com",
        ),
    ),
    Wave(
        title="One range of numbers, one IP address",
        about="Patient enough to look like a person, with ten mailboxes.",
        tries=10,
        make=lambda place: _us(40 + place, "192.0.2.9", mailbox=f"range-{place}@gmail.com"),
    ),
    Wave(
        title="A botnet",
        about="Each try from another address and to another exchange; all its mailboxes are in one"
        " domain that somebody bought.",
        tries=7,
        make=lambda place: _us(
            place, f"192.0.2.{20 + place}", area=_AREAS[place], mailbox=f"b{place}@bought.example"
        ),
    ),
    Wave(
        title="Rented servers",
        about="Each try from another address of a hosting provider, with a good mailbox. It solves"
        " every puzzle that it is given.",
        tries=14,
        make=lambda place: _us(
            place,
            f"198.51.100.{20 + place}",
            area=_AREAS[-1 - place],
            mailbox=f"s{place}@gmail.com",
        ),
    ),
)


def play(*, host: str) -> list[WaveResult]:
    """Play all waves, each try in a transaction of its own. `host` is that of the request: links
    in e-mails name it. Raises StoreUnavailable."""
    return [
        WaveResult(
            title=wave.title,
            about=wave.about,
            results=tuple(_play(wave.make(place), host) for place in range(wave.tries)),
        )
        for wave in WAVES
    ]


@transaction.atomic
def undo() -> None:
    """Delete what attacks have left, and put all counters of money and ranges back to nothing.
    The log of events stays: nothing is deleted from it."""
    challenges = list(
        Challenge.objects.filter(browser__startswith=BROWSER).values_list("pk", flat=True)
    )
    links = MailedBrowser.objects.filter(browser__startswith=BROWSER)
    tries = [wave.make(place) for wave in WAVES for place in range(wave.tries)]
    indexes = {index for each in tries for index in vault.blind_indexes(each.number)}
    networks = {network_of(each.client_ip) for each in tries}
    Usage.objects.filter(challenge__in=[*challenges, *links.values_list("pk", flat=True)]).delete()
    # A link that was withheld has left no row but its count by the IP address.
    Usage.objects.filter(cap=CapName.IP_LINKS.value, key__in=networks).delete()
    for model in (PumpingDecision, NumberOutcome):
        model.objects.filter(phone_index__in=indexes).delete()
    SpendCharge.objects.filter(challenge__in=challenges).delete()
    Delivery.objects.filter(challenge__in=challenges).delete()
    Challenge.objects.filter(pk__in=challenges).delete()
    links.delete()
    SpendWindow.objects.all().delete()
    PrefixStatistic.objects.all().delete()
    forget()


def _us(
    place: int,
    client_ip: str,
    *,
    area: int = 201,
    mailbox: str = "",
    filled_ms: int | None = 3_000,
) -> Try:
    """To a fictional number of an area code of the United States."""
    return Try(
        number=f"+1{area}55501{place:02d}",
        country="US",
        client_ip=client_ip,
        mailbox=mailbox,
        filled_ms=filled_ms,
    )


def _play(one: Try, host: str) -> Result:
    facts = RequestFacts(
        now=timezone.now(),
        browser=BROWSER + secrets.token_hex(12),
        client_ip=one.client_ip,
        host=host,
        method="POST",
        path="/signup/",
    )
    said, challenge = _ask(one, facts)
    paid = PumpingDecision.objects.filter(challenge=challenge.pk) if challenge else ()
    return Result(
        number=mask_phone(one.number),
        client_ip=one.client_ip,
        mailbox=one.mailbox,
        said=tuple(said),
        sent=challenge is not None,
        micros=sum(each.price_micros for each in paid),
        undefended=default_price(one.country),
    )


def _ask(one: Try, facts: RequestFacts) -> tuple[list[str], Challenge | None]:
    said: list[str] = []
    solved = 0
    while True:
        try:
            return said, _start(one, facts, solved)
        except StartRefused as refused:
            said.append(_said(refused))
            if refused.reason is StartReason.PROOF_OF_WORK and refused.work_level > solved:
                solved = refused.work_level
                continue
            if refused.reason is StartReason.EMAIL_FIRST and one.mailbox:
                why_not = _open_link(one, facts)
                if not why_not:
                    continue
                said.append(why_not)
            return said, None


def _start(one: Try, facts: RequestFacts, solved: int) -> Challenge:
    return start_number_challenge(
        facts=facts,
        ask=_named(),
        number=parse_phone(one.number, region="US"),
        form=_form(one, solved),
    )


def _form(one: Try, solved: int = 0) -> CheckedForm:
    shown = FormFacts(
        checked=True,
        token_valid=one.filled_ms is not None,
        filled_ms=one.filled_ms,
        work_level=solved,
    )
    return CheckedForm(facts=shown)


def _open_link(one: Try, facts: RequestFacts) -> str:
    """Have a link sent and open it; what was said if there is none to open."""
    try:
        send_email_link(facts=facts, ask=_named(), email=one.mailbox, form=_form(one))
    except StartRefused as refused:
        return _said(refused)
    row = MailedBrowser.objects.filter(browser=facts.browser, opened_at=None).first()
    if row is None:
        return "E-mail first: this mailbox has had its links today, so no e-mail was sent."
    token = vault.encrypt_token(vault.EMAIL_LINK, str(row.pk))
    open_email_link(facts=facts, token=token)
    return ""


def _named() -> Ask:
    return Ask(
        checkpoint="signup",
        tenant="",
        user="",
        sid="",
        story=_STORY,
        email_first=settings().email_first,
    )


def _said(refused: StartRefused) -> str:
    signal = refused.signal
    if signal is not None:
        puzzle = f"; it solves a puzzle of level {refused.work_level}"
        found = f"{LAYERS[signal.layer]}: {signal.reason.replace('_', ' ')}"
        return found + puzzle if refused.work_level else found
    if refused.reason is StartReason.EMAIL_FIRST:
        return "E-mail first: open the link in an e-mail"
    if refused.reason is StartReason.FORM_AGAIN:
        return f"{LAYERS[Layer.BOT]}: it has no token of ours"
    return str(refused.reason)
