"""Where a person goes back to afterwards: a path of this site, escaped, and short enough for a URL.

A path stays escaped as it was sent: once decoded, `%3F` and `%23` would begin a query or a
fragment, and a NUL has no place in a database.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.conf import settings as django_settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import Resolver404, get_script_prefix, resolve
from django.utils.encoding import iri_to_uri
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

LONGEST_URL = 4000
"""Servers refuse a request line of more than 4,094 characters (gunicorn), or a few more."""

LONGEST_CAME_FROM = 500

LOOKED_AT = 2000


def full_path(request: HttpRequest) -> str:
    """Path and query of this request as they were sent; never the beginning of another site."""
    return escape_leading_slashes(request.get_full_path())


def return_path(request: HttpRequest) -> str:
    """Where a person goes back to: this page, or for a form the page it was sent from."""
    if request.method in {"GET", "HEAD"}:
        return full_path(request)
    referer = request.headers.get("Referer", "")
    if is_of_this_site(request, referer):
        parts = urlsplit(referer)
        path = escape_leading_slashes(iri_to_uri(parts.path))
        return f"{path}?{iri_to_uri(parts.query)}" if parts.query else path
    return full_path(request).partition("?")[0]


def came_from(request: HttpRequest) -> str:
    """The page of this site with the link that was followed; empty if it is unknown, too long to
    travel in a URL, this page itself or one of a step-up, which would lead back here."""
    referer = request.headers.get("Referer", "")
    if not referer or not is_of_this_site(request, referer):
        return ""
    parts = urlsplit(referer)
    path = escape_leading_slashes(iri_to_uri(parts.path))
    full = f"{path}?{iri_to_uri(parts.query)}" if parts.query else path
    if len(full) > LONGEST_CAME_FROM or path == request.path or _is_ours(request, parts.path):
        return ""
    return full


def _is_ours(request: HttpRequest, path: str) -> bool:
    below = path.removeprefix(get_script_prefix().rstrip("/"))
    try:
        return resolve(below, urlconf=getattr(request, "urlconf", None)).app_name == "otpguard"
    except Resolver404:
        return True  # a page that there is not is no way back


def safe_path(request: HttpRequest, path: str) -> str:
    """`path`, escaped, if it stays on this host; else empty: no open redirect."""
    escaped = iri_to_uri(path)
    return escaped if path.startswith("/") and is_of_this_site(request, path) else ""


def is_of_this_site(request: HttpRequest, url: str) -> bool:
    """True for a path or URL that leads to this host, and not to plain HTTP from HTTPS.

    Scheme and host stand at its beginning; Django refuses to look at more than 2,048 characters.
    """
    return url_has_allowed_host_and_scheme(
        url[:LOOKED_AT], allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def with_next(url: str, path: str) -> str:
    """`url` with `next`, as far as it fits: the whole path, the path without its query, or none."""
    for each in (path, path.partition("?")[0]):
        full = f"{url}?{urlencode({'next': each})}"
        if len(full) <= LONGEST_URL:
            return full
    return url


def redirect_to_login_page(path: str) -> HttpResponseRedirect:
    """To the login page and, as far as it fits into a URL, back to `path`."""
    for each in (path, path.partition("?")[0]):
        if len(each) > LONGEST_URL:
            continue  # Django refuses to redirect to what is longer than 16,384 characters
        response = redirect_to_login(each)
        if len(response.url) <= LONGEST_URL:
            return response
    return HttpResponseRedirect(resolve_url(django_settings.LOGIN_URL))
