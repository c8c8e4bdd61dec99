"""The front page: what to click and what to expect, how far one has come, and a way in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from demo_project import tenancy
from demo_project.again import put_back, reopen
from demo_project.more_stories import BESIDE
from demo_project.people import TENANTS
from demo_project.progress import cards_done, chapters
from demo_project.stories import CARDS, CHECKPOINTS, STORIES

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_GET
def tour(request: HttpRequest) -> HttpResponse:
    """A card for each checkpoint, then the stories that need more than one click."""
    shown = chapters(
        ("The seven checkpoints", CHECKPOINTS), ("Beside them", BESIDE), ("Stories", STORIES)
    )
    return render(
        request,
        "demo/tour.html",
        {
            "chapters": shown,
            "done": sum(chapter.done for chapter in shown),
            "of": len(CARDS),
            "tenants": TENANTS,
        },
    )


@require_POST
def start_card(request: HttpRequest, name: str) -> HttpResponse:
    """Log in as the card's person and go to its page. A card that is done starts from its start.

    No password is asked for: anyone may be anyone in the demo, and a card changes a password.
    """
    card = CARDS.get(name)
    if card is None:
        raise Http404
    repeated = card.name in cards_done()
    if repeated:
        put_back(card)
    reopened = reopen(card.who)
    logout(request)  # ends that login session and what was proven in it
    if card.client_ip:
        request.META["REMOTE_ADDR"] = card.client_ip
    if card.who:
        login(request, User.objects.get(username=card.who), backend=BACKEND)
        tenancy.enter_first(request)
    if repeated and card.again:
        messages.info(request, f"As in the beginning again: {', '.join(card.again)}.")
    if reopened:
        messages.info(request, f"Open again: {', '.join(reopened)}.")
    return redirect(card.path)
