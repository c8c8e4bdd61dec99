"""Play the attacker: what each layer of the defense says to forty wishes for a code."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from demo_project.attack import WAVES, WaveResult, play, undo

_KEPT = "attack"
_DOLLAR = 1_000_000


@require_http_methods(["GET", "POST"])
def attack(request: HttpRequest) -> HttpResponse:
    """GET shows the latest attack of this browser; POST plays one, or undoes all of them."""
    if request.method == "POST":
        if "undo" in request.POST:
            undo()
            request.session.pop(_KEPT, None)
            messages.info(request, "As in the beginning again: the attack has left nothing.")
        else:
            request.session[_KEPT] = [_shown(wave) for wave in play(host=request.get_host())]
        return redirect("attack")
    waves = request.session.get(_KEPT, [])
    return render(
        request,
        "demo/attack.html",
        {
            "waves": waves,
            "planned": WAVES,
            "tries": sum(wave.tries for wave in WAVES),
            "sent": sum(wave["sent"] for wave in waves),
            "spent": _dollars(waves, "micros"),
            "undefended": _dollars(waves, "undefended"),
        },
    )


def _shown(wave: WaveResult) -> dict[str, Any]:
    return {**asdict(wave), "sent": wave.sent, "stopped_at": wave.stopped_at}


def _dollars(waves: list[dict[str, Any]], column: str) -> float:
    micros: int = sum(each[column] for wave in waves for each in wave["results"])
    return micros / _DOLLAR
