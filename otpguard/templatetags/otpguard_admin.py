"""`{% load otpguard_admin %}`: what the start page of otpguard in the admin shows.

Both tags take Django's `app_list`, which holds only what this person may see on this admin site,
with URLs of this site. So a tile has the permission of its list, also on a site of the host's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import number_format

from otpguard.admin_menu import MENU, MenuList, Words
from otpguard.core.todo import Todo
from otpguard.flows.todo import MOST, count_todos, todos_of
from otpguard.labels import TODOS

register = template.Library()
_TODO_PARAMETER = "todo"

Listed = Mapping[str, Any]
"""One model of Django's `app_list`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """Something that needs a hand; `count` is None while the store does not answer."""

    label: Words
    url: str
    count: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """Those to show, and whether there are others, of which nothing waits."""

    shown: tuple[Tile, ...]
    others: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLink:
    """One list on a card."""

    label: Words
    help: Words
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A group of lists."""

    slug: str
    label: Words
    links: tuple[CardLink, ...]


@register.simple_tag
def otpguard_tiles(app_list: Sequence[Mapping[str, Any]]) -> Tiles:
    """What needs a hand among the lists that this person may see. One statement, often none."""
    listed = _listed(app_list)
    mine = [(todo, url) for model, url in listed.items() for todo in todos_of(model)]
    if not mine:
        return Tiles(shown=(), others=False)
    counts = count_todos(timezone.now())
    order = list(Todo)
    shown = [
        Tile(
            label=TODOS[todo],
            url=f"{url}?{_TODO_PARAMETER}={todo}",
            count=None if counts is None else _number(counts[todo]),
        )
        for todo, url in sorted(mine, key=lambda pair: order.index(pair[0]))
        if counts is None or counts[todo]
    ]
    return Tiles(shown=tuple(shown), others=len(shown) < len(mine))


@register.simple_tag
def otpguard_cards(app_list: Sequence[Mapping[str, Any]]) -> list[Card]:
    """The lists that this person may see, in groups; groups without any are left out."""
    urls = {model._meta.model_name: url for model, url in _listed(app_list).items()}  # noqa: SLF001 (Django's documented Meta API)
    cards = [
        Card(slug=group.slug, label=group.label, links=tuple(_links(group.lists, urls)))
        for group in MENU
    ]
    return [card for card in cards if card.links]


def _links(lists: Iterable[MenuList], urls: Mapping[str | None, str]) -> Iterable[CardLink]:
    for each in lists:
        if each.model in urls:
            yield CardLink(label=each.label, help=each.help, url=urls[each.model])


def _listed(app_list: Sequence[Mapping[str, Any]]) -> dict[type[Model], str]:
    """The lists that have a page, with its URL."""
    every: Iterable[Listed] = (model for app in app_list for model in app["models"])
    return {each["model"]: each["admin_url"] for each in every if each["admin_url"]}


def _number(count: int) -> str:
    """A count in the person's own digits; beyond the limit, that there are more."""
    return f"{number_format(MOST)}+" if count > MOST else number_format(count)
