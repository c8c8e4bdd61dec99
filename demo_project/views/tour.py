"""The front page: what to click and what to expect."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from demo_project.people import PASSWORD, TENANTS
from demo_project.stories import CHECKPOINTS, STORIES


@require_GET
def tour(request: HttpRequest) -> HttpResponse:
    """A card for each checkpoint, then the stories that need more than one click."""
    return render(
        request,
        "demo/tour.html",
        {
            "checkpoints": CHECKPOINTS,
            "stories": STORIES,
            "tenants": TENANTS,
            "password": PASSWORD,
        },
    )
