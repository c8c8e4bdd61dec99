"""The views by which people log in and out, known by what they are and not by what they are called.

A guard in front of the login page would lock everybody out: nobody can prove anything there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import LoginView, LogoutView
from django.shortcuts import resolve_url
from django.urls import (
    NoReverseMatch,
    Resolver404,
    ResolverMatch,
    get_script_prefix,
    get_urlconf,
    resolve,
)


def is_login_or_logout(callback: Any, view_name: str) -> bool:  # noqa: ANN401 (any view)
    """True for the view that LOGIN_URL resolves to, Django's own two, and those of admin sites.

    The name only tells the page at LOGIN_URL from others that the same function serves.
    """
    if _is_djangos(callback) or _is_of_admin(callback):
        return True
    page = _login_page()
    return page is not None and page.func is callback and page.view_name == view_name


def wrapped(callback: Any) -> Iterator[Any]:  # noqa: ANN401 (any view)
    """A view and, from the outside in, what it wraps."""
    while callback is not None:
        yield callback
        callback = getattr(callback, "__wrapped__", None)


def _is_djangos(callback: Any) -> bool:  # noqa: ANN401 (any view)
    kind = getattr(callback, "view_class", None)
    return isinstance(kind, type) and issubclass(kind, LoginView | LogoutView)


def _is_of_admin(callback: Any) -> bool:  # noqa: ANN401 (any view)
    for view in wrapped(callback):
        site = getattr(view, "__self__", None)
        if isinstance(site, AdminSite) and view in (site.login, site.logout):
            return True
    return False


def _login_page() -> ResolverMatch | None:
    """What LOGIN_URL resolves to; None on another site, or where nothing is."""
    try:
        parts = urlsplit(resolve_url(django_settings.LOGIN_URL))
    except NoReverseMatch:
        return None
    prefix = get_script_prefix()
    if parts.netloc or not parts.path.startswith(prefix):
        return None
    urlconf = get_urlconf() or django_settings.ROOT_URLCONF
    return _match(f"/{parts.path.removeprefix(prefix)}", urlconf)


@lru_cache(maxsize=64)
def _match(path: str, urlconf: Any) -> ResolverMatch | None:  # noqa: ANN401 (a module or its name)
    try:
        return resolve(path, urlconf)
    except Resolver404:
        return None
