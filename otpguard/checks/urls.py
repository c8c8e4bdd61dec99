"""Checks of the project's URLs: which views the settings guard, and which say too little."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.urls import resolve, reverse

from otpguard.checks.codes import error, info, warning
from otpguard.conf import Settings, UrlCheckpoint, settings
from otpguard.core.facts import SAFE_METHODS
from otpguard.core.presets import Tier
from otpguard.core.registry import nearest
from otpguard.core.view_patterns import best_pattern, covers
from otpguard.http.guarded.places import sensitive_models
from otpguard.http.guarded.url_views import UrlView, project_views
from otpguard.http.marker import ATTRIBUTE, Marker, guards_itself, is_never_guarded, methods_of
from otpguard.tenants.policies import policy_pair_at

_RESETS = frozenset({"otpguard_allauth_reset", "password_reset_confirm"})
_HEADLESS_RESETS = (":request_password_reset", ":reset_password")

NEAREST = 3
"""So many views are named to somebody who has misspelt one: their names are alike."""

_HINT = "Say reads_safely=True (or require_safe), or reads_safely=False (or require_POST)."


def check_urls(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E017, E040, E041, E138, E232, W040, W041, I040, I041: what the project's URLs must hold."""
    if not getattr(django_settings, "ROOT_URLCONF", None):
        return []
    found: list[CheckMessage] = []
    views = project_views()
    if "otpguard:choose" not in {view.name for view in views}:
        hint = 'Add path("security/", include("otpguard.urls")) to your URLs.'
        found.append(error("otpguard.E017", hint))
    try:
        mine = settings()
    except ImproperlyConfigured:
        return found  # check_settings has said so
    return [
        *found,
        *_patterns(mine, views),
        *_exempt(mine, views),
        *_silent(mine, views),
        *_sensitive(),
        *_headless(views),
    ]


def _headless(views: Iterable[UrlView]) -> Iterator[CheckMessage]:
    """E232: where our pages reset passwords, allauth's headless API does not do it beside them."""
    by_name = {view.name: view for view in views}
    if not _RESETS.intersection(by_name):
        return
    open_ones = [
        name
        for name in by_name
        if name.startswith("headless:") and name.endswith(_HEADLESS_RESETS) and _answers(name)
    ]
    if open_ones:
        hint = (
            'Put path("_allauth/", include("otpguard.contrib.allauth_headless")) before allauth\'s'
            f" own: {', '.join(sorted(open_ones))}."
        )
        yield error("otpguard.E232", hint)


def _answers(name: str) -> bool:
    """Whether a request to the URL of this name reaches the view of this name."""
    return resolve(reverse(name)).view_name == name


def _sensitive() -> Iterator[CheckMessage]:
    try:
        sensitive_models()
    except LookupError as wrong:
        yield error("otpguard.E138", str(wrong))


def _patterns(mine: Settings, views: Iterable[UrlView]) -> Iterator[CheckMessage]:
    covered = [view for view in views if best_pattern(mine.url_checkpoints, view.name)]
    left_open = [view for view in covered if is_never_guarded(view.callback, view.name)]
    closed = [view for view in covered if view not in left_open]
    for pattern, found in mine.url_checkpoints.items():
        if not any(covers(pattern, view.name) for view in closed):
            hint = nearest(pattern, sorted({view.name for view in views}), most=NEAREST)
            yield error("otpguard.E040", f'"{pattern}", {hint}')
            continue
        # A view's own mark comes before the settings.
        guarded = [
            view
            for view in closed
            if best_pattern(mine.url_checkpoints, view.name) == pattern
            and not hasattr(view.callback, ATTRIBUTE)
        ]
        yield from _pattern(mine, pattern, found, guarded)
    if left_open:
        yield info("otpguard.I041", f"{_names(left_open)}.")


def _pattern(
    mine: Settings, pattern: str, found: UrlCheckpoint, guarded: list[UrlView]
) -> Iterator[CheckMessage]:
    """What there is to say about one pattern and the views that it guards."""
    if guarded:
        yield info("otpguard.I040", f'"{pattern}" ({found.checkpoint}): {_names(guarded)}.')
    if bare := [view for view in guarded if _is_bare_api(view.callback)]:
        detail = f"Add RequiresCheckpoint to permission_classes: {_names(bare)}."
        yield error("otpguard.E041", detail)
    if found.reads_safely is None and _binds(mine, found.checkpoint):
        yield warning("otpguard.W041", f'"{pattern}": add READS_SAFELY, True or False.')


def _exempt(mine: Settings, views: Iterable[UrlView]) -> Iterator[CheckMessage]:
    names = {view.name for view in views}
    for pattern in mine.enrollment_exempt:
        if not any(covers(pattern, name) for name in names):
            yield warning(
                "otpguard.W040", f'"{pattern}", {nearest(pattern, sorted(names), most=NEAREST)}'
            )


def _silent(mine: Settings, views: Iterable[UrlView]) -> Iterator[CheckMessage]:
    """Function views at checkpoints that bind which do not say what they do when they are read."""
    for view in views:
        checkpoint = _undeclared_checkpoint(view.callback)
        methods = methods_of(view.callback)
        if checkpoint is None or not _binds(mine, checkpoint):
            continue
        if methods is None or (methods & SAFE_METHODS and methods != {"GET", "HEAD"}):
            yield warning("otpguard.W041", f"{view.name} ({checkpoint}): {_HINT}")


def _undeclared_checkpoint(callback: Any) -> str | None:  # noqa: ANN401 (any view)
    """The checkpoint of a function view that has declared nothing about reading."""
    kind = getattr(callback, "cls", None)
    if kind is not None:
        if getattr(kind, "get", None) is None or kind.get is not getattr(kind, "post", None):
            return None  # a class with a method for each method, or an @api_view that only reads
        declared = [p for p in kind.permission_classes if hasattr(p, "checkpoint")]
    else:
        marker: Marker | None = getattr(callback, ATTRIBUTE, None)
        is_function = marker is not None and not hasattr(callback, "view_class")
        declared = [marker] if is_function else []
    silent = [each for each in declared if each.reads_safely is None]
    return str(silent[0].checkpoint) if silent else None


def _binds(mine: Settings, slug: str) -> bool:
    """Whether the site binds proofs there, at least for some of its tenants."""
    checkpoint = mine.checkpoints[slug]
    pairs = [policy_pair_at(checkpoint, tier) for tier in Tier]
    return any(pair.default.binds_intent or pair.floor.binds_intent for pair in pairs)


def _is_bare_api(callback: Any) -> bool:  # noqa: ANN401 (any view)
    kind = getattr(callback, "cls", None)
    return kind is not None and not guards_itself(kind)


def _names(views: Iterable[UrlView]) -> str:
    return ", ".join(sorted({view.name for view in views}))
