"""Authenticate programs by keys that otpguard made, in Django REST framework.

`authentication_classes = [KeyAuthentication]`. The caller is the key and no person: `request.auth`
is its record, with `tenant` and `scope`; `request.user` has no rights and no account. A key is
never a proof of presence, so a guarded view refuses it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from otpguard.core.secrets import HiddenText
from otpguard.flows.key.own_key import find_key
from otpguard.models import KeyRecord

_WORDS = 2


class KeyCaller(AnonymousUser):
    """Who calls by a key: authenticated, and no user. Its `pk` is empty, so that whatever asks for
    a person refuses it. It has no permission of Django's: what a key may do is its scope."""

    pk = ""  # type: ignore[assignment]  # None would be spelled as the id "None"

    def __init__(self, key: KeyRecord) -> None:
        super().__init__()
        self.key = key

    def __str__(self) -> str:
        return str(self.key)

    @property
    def is_anonymous(self) -> Any:  # noqa: ANN401 (Django's type is True alone)
        """False: the key is known."""
        return False

    @property
    def is_authenticated(self) -> Any:  # noqa: ANN401 (Django's type is False alone)
        """True: its secret was shown."""
        return True

    def has_perm(self, *_args: object, **_kwargs: object) -> bool:
        """Never."""
        return False

    def has_module_perms(self, *_args: object, **_kwargs: object) -> bool:
        """Never."""
        return False


class KeyAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer <key>`. Leaves other schemes, and none, to other classes."""

    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[Any, KeyRecord] | None:
        """The caller and the key's record. Raises AuthenticationFailed, in the same words, for a
        key that is malformed, unknown, deleted, or of a tenant that is not active."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != self.keyword:
            return None
        text = words[1].decode("ascii", errors="replace") if len(words) == _WORDS else ""
        found = find_key(secret=HiddenText(text), now=timezone.now())
        if found is None:
            raise AuthenticationFailed(str(_("This key is not valid.")))
        return KeyCaller(found), found

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 (the framework's signature)
        """What a 401 says that it wants."""
        return "Bearer"
