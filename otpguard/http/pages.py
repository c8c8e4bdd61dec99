"""What every page of ours carries: its headers, a name, the way home, and who is logged in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.templatetags.static import static
from django.urls import NoReverseMatch, Resolver404, resolve
from django.utils.functional import LazyObject, empty

from otpguard.account import name_of
from otpguard.conf import settings
from otpguard.conf.picture_sources import picture_sources
from otpguard.conf.schema import Settings
from otpguard.core.content_policy import NONCE, content_policy
from otpguard.core.logo import is_admitted
from otpguard.http.uncached import uncached

R = TypeVar("R", bound=HttpResponse)


def hardened(request: HttpRequest | None, response: R, *, widget: Sequence[str] = ()) -> R:
    """Add the headers (strict content policy, no cache, no framing) and return the response.

    `widget` are the origins of a hosted captcha, on the page that shows it; empty on all others.

    Scripts and styles come from files, or carry the nonce that the host's own middleware made for
    this request. The referrer
    stays on the site: without any, Django's CSRF check would refuse the Continue button over https.
    """
    response["Content-Security-Policy"] = content_policy(
        static_url=django_settings.STATIC_URL or "",
        added=settings().csp_sources,
        logo=settings().logo,
        nonce=nonce_of(request),
        widget=widget,
    )
    response["Referrer-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "DENY"
    return uncached(response)


def nonce_of(request: HttpRequest | None) -> str:
    """The nonce that the host's middleware made for this request; empty without one, and for what
    may not stand in a policy.

    Django's ContentSecurityPolicyMiddleware (6.0) and django-csp keep it at the request, and make
    it when it is first read.
    """
    for name in ("csp_nonce", "_csp_nonce"):
        held = getattr(request, name, None)
        if held is not None:
            nonce = str(held)
            return nonce if NONCE.fullmatch(nonce) else ""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a page. `account` is empty when no user is logged in, and while
    that is not known."""

    brand: str
    logo_url: str
    home_url: str
    account: str


def frame_around(request: HttpRequest | None, *, brand: str = "", logo: str = "") -> Frame:
    """The frame of a page; `brand` and `logo` are the tenant's own, empty for those of the site.
    Reads nothing: it must do while the store is away."""
    return Frame(
        brand=brand or _site_brand(request),
        logo_url=_logo_url(logo) or _logo_url(settings().logo),
        home_url=home_url(),
        account=_account(request),
    )


def home_url() -> str:
    """Where a person gets back to the product: HOME_URL, else LOGIN_REDIRECT_URL, else /."""
    if settings().home_url:
        return _resolved(settings().home_url) or "/"
    url = _resolved(django_settings.LOGIN_REDIRECT_URL)
    return url if url and _answers(url) else "/"


def _resolved(place: str) -> str:
    try:
        return resolve_url(place)
    except NoReverseMatch:
        return ""


def _answers(url: str) -> bool:
    """False for a path that no view of this site answers, such as Django's /accounts/profile/ in
    a project that has none."""
    if urlsplit(url).netloc:
        return True
    try:
        resolve(urlsplit(url).path)
    except Resolver404:
        return False
    return True


def _site_brand(request: HttpRequest | None) -> str:
    """The setting; for a site without one the host that people see in the address."""
    brand = settings().brand
    unnamed = brand == Settings().brand and request is not None
    return request.get_host() if unnamed and request is not None else brand


def _logo_url(logo: str) -> str:
    """Where a logo is; empty without one, for one that the content policy does not admit (any
    more), and for a static file that was not collected: a page without its logo is better than
    none."""
    if not is_admitted(logo, picture_sources()):
        return ""
    if not logo or logo.startswith(("/", "https://")):
        return logo
    try:
        return static(logo)
    except ValueError:
        return ""


def _account(request: HttpRequest | None) -> str:
    """Who is logged in, if the request has found that out already."""
    user = request.__dict__.get("user") if request is not None else None
    if isinstance(user, LazyObject) and user.__dict__.get("_wrapped") is empty:
        return ""
    return name_of(user) if user is not None and user.is_authenticated else ""
