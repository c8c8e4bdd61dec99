"""django-otp's middleware with a sense of time and place, for projects that use `otp_login`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from django_otp.middleware import OTPMiddleware

from otpguard.http import otp

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class OtpMiddleware(OTPMiddleware):  # type: ignore[misc]  # django-otp ships no types
    """django-otp's middleware, which believes a mark no longer than it has ground (C24).

    It must stand after the authentication and tenant middleware. `user.otp_device` is None as soon
    as the mark is older than the session's ceiling, of another tenant or login, or its factor is
    gone, disabled or blocked; then the mark leaves the session. As with django-otp nothing is read
    before somebody looks at `request.user`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        wrap = _checking_async if iscoroutinefunction(get_response) else _checking
        super().__init__(wrap(get_response))


def _checking(get_response: GetResponse) -> GetResponse:
    def inner(request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        _check_lazily(request)
        return get_response(request)

    return inner


def _checking_async(get_response: GetResponse) -> GetResponse:
    async def inner(request: HttpRequest) -> HttpResponseBase:
        _check_lazily(request)
        return await cast("Awaitable[HttpResponseBase]", get_response(request))

    return inner


def _check_lazily(request: HttpRequest) -> None:
    """Put our check behind what django-otp has just put on the request."""
    user, auser = request.user, request.auser

    def checked() -> Any:  # noqa: ANN401 (the host's own user model)
        request.user = user  # a tenant directory may ask for the user before that
        return check_mark(request, user)

    async def achecked() -> Any:  # noqa: ANN401 (the host's own user model)
        return await sync_to_async(check_mark)(request, await auser())

    request.user = SimpleLazyObject(checked)  # type: ignore[assignment]  # lazy, as Django's own is
    request.auser = achecked


def check_mark(request: HttpRequest, user: Any) -> Any:  # noqa: ANN401 (the host's own user model)
    """The user as verified by django-otp, less a mark that has lost its ground."""
    device = user.otp_device
    if device is not None:
        user.otp_device = None  # unverified until the mark is checked
        if otp.is_sound(request, user, device):
            user.otp_device = device
        else:
            otp.remove_mark(request)
    return user
