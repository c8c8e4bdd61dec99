"""How far the tour has come: read from the audit log, and from pages that were opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from demo_project.cards import Card, Sign
from demo_project.models import Visit
from demo_project.stories import CARDS
from otpguard.models import Event, Tenant

KINDS = {sign.kind for card in CARDS.values() for sign in card.signs}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What one audit event says, with names for keys."""

    kind: str
    checkpoint: str
    who: str
    tenant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A card with its number; `is_next` for the first one that is not done."""

    number: int
    card: Card
    done: bool
    is_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Cards in their order, and how many of them are done."""

    title: str
    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        """How many."""
        return sum(step.done for step in self.steps)


def chapters(*titled: tuple[str, Iterable[Card]]) -> list[Chapter]:
    """The chapters of the tour. Of all cards, the first that is not done is the next one."""
    done = cards_done()
    names = [card.name for _title, cards in titled for card in cards]
    following = next((name for name in names if name not in done), "")
    return [
        Chapter(
            title=title,
            steps=tuple(
                Step(
                    number=number,
                    card=card,
                    done=card.name in done,
                    is_next=card.name == following,
                )
                for number, card in enumerate(cards, start=1)
            ),
        )
        for title, cards in titled
    ]


def cards_done() -> set[str]:
    """The names of the cards that are done. A few reads."""
    log = _log()
    visited = set(Visit.objects.values_list("card", flat=True))
    return {card.name for card in CARDS.values() if card.name in visited or is_done_by(card, log)}


def is_done_by(card: Card, log: Iterable[Happened]) -> bool:
    """True when the log, the oldest first, holds all signs of the card in their order."""
    rest = iter(log)
    return bool(card.signs) and all(
        any(_shows(happened, sign, card.who) for happened in rest) for sign in card.signs
    )


def _shows(happened: Happened, sign: Sign, who: str) -> bool:
    return (
        happened.kind == sign.kind
        and (not sign.checkpoint or _is_under(happened.checkpoint, sign.checkpoint))
        and (not sign.tenant or happened.tenant == sign.tenant)
        and (not who or sign.by_anybody or happened.who == who)
    )


def _is_under(checkpoint: str, wanted: str) -> bool:
    return checkpoint == wanted or checkpoint.startswith(f"{wanted}.")


def _log() -> list[Happened]:
    people = {str(pk): name for pk, name in User.objects.values_list("pk", "username")}
    slugs: dict[UUID | None, str] = dict(Tenant.objects.values_list("pk", "slug"))
    rows = Event.objects.filter(kind__in=KINDS).order_by("id")
    return [
        Happened(
            kind=kind,
            checkpoint=checkpoint,
            who=people.get(actor, ""),
            tenant=slugs.get(tenant, ""),
        )
        for kind, checkpoint, actor, tenant in rows.values_list(
            "kind", "checkpoint", "actor_ref", "tenant_id"
        )
    ]


def note_visits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that marks the cards which only ask somebody to look at a page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for card in CARDS.values():
            if (card.path, card.status) == (request.path, response.status_code) and (
                request.user.get_username() == card.who
            ):
                Visit.objects.get_or_create(card=card.name)
        return response

    return middleware
