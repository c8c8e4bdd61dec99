"""A host with a login by a link in an e-mail; `ROOT_URLCONF = "tests.link_host"`."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import include, path

from otpguard.contrib.login_links import login_by_link
from otpguard.decorators import requires_checkpoint

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
used: set[str] = set()


def enter(request: HttpRequest) -> HttpResponseBase:
    token = request.GET.get("t", "")
    try:
        pk, _nonce = signing.loads(token, salt="links", max_age=600)
    except signing.BadSignature:
        return HttpResponse("gone", status=410)
    if token in used:
        return HttpResponse("gone", status=410)
    user = get_user_model().objects.get(pk=pk)
    refused = login_by_link(request, user, token, backend=MODEL_BACKEND)
    if refused is None:
        used.add(token)
    return refused or redirect("/start/")


@requires_checkpoint("billing_change")
def billing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("changed")


urlpatterns = [
    path("enter/", enter),
    path("billing/", billing),
    path("start/", lambda request: HttpResponse(request.user.get_username() or "nobody")),
    path("security/", include("otpguard.urls")),
]
