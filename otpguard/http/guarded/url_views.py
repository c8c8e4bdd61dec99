"""Every view of the project, by its route and by the name that the guard knows it by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import ResolverMatch, get_resolver


@dataclass(frozen=True, slots=True)
class UrlView:
    """A view of the project. `route` is its pattern as it is written."""

    name: str
    callback: Any
    route: str = ""


def project_views() -> list[UrlView]:
    """All views of the project's URLs, in their order."""
    return list(_views(get_resolver().url_patterns))


def _views(
    patterns: Iterable[Any], spaces: tuple[str, ...] = (), route: str = ""
) -> Iterator[UrlView]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _views(pattern.url_patterns, inner, here)
        else:
            callback = pattern.callback
            match = ResolverMatch(callback, (), {}, url_name=pattern.name, namespaces=list(spaces))
            yield UrlView(match.view_name, callback, here)
