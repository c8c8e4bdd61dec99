"""Logins of apps with djangorestframework-simplejwt: a proof counts for the tokens of one login.

    SIMPLE_JWT = {
        "TOKEN_OBTAIN_SERIALIZER": "otpguard.contrib.simplejwt.LoginTokenObtainPairSerializer",
        "TOKEN_REFRESH_SERIALIZER": "otpguard.contrib.simplejwt.LoginTokenRefreshSerializer",
    }

    class Keys(APIView):
        authentication_classes = [LoginTokenAuthentication]
        permission_classes = [IsAuthenticated, RequiresCheckpoint("api_key")]

The person confirms in the system's browser. Needs `otpguard[simplejwt]` and the setting
CLIENT_RETURN_URLS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenBackendError
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import datetime_from_epoch

from otpguard.account import find_user
from otpguard.core.assurance import Primary
from otpguard.database import transaction
from otpguard.flows.session.revoke import end_session
from otpguard.flows.session.token_login import (
    RefreshTokenFacts,
    begin_token_login,
    find_token_login,
    follow_rotation,
    may_refresh,
)
from otpguard.flows.tenant.single import follow_account
from otpguard.http.bearer.client_door import StoreAway, check_return_urls, enter, reading_store
from otpguard.http.facts import facts_from, inner_of
from otpguard.http.login_record import login_names, primary_of
from otpguard.http.session import Mark
from otpguard.http.sign_in.login_refusal import check_app_login
from otpguard.models import TokenLogin

__all__ = [
    "LoginTokenAuthentication",
    "LoginTokenObtainPairSerializer",
    "LoginTokenRefreshSerializer",
    "StoreAway",
    "bind_refresh_token",
]

CLAIM = "otpguard_login"
BLACKLIST = "rest_framework_simplejwt.token_blacklist"


def bind_refresh_token(
    request: Any,  # noqa: ANN401 (Django's request, or the framework's that wraps one)
    user: Any,  # noqa: ANN401 (the host's own user model)
    refresh: RefreshToken,
) -> None:
    """Begin the login of an app, and bind it to the refresh token that was just made for it.

    Call it where a login of your own makes its first refresh token, and before any access token is
    made from it: both then carry the login. Raises RequestRefused where people must log in at their
    organization.
    """
    inner = inner_of(request)
    facts = facts_from(inner, user=user, bearer=True, api=True)
    backend = str(getattr(user, "backend", ""))
    check_app_login(inner, user, facts)
    made = begin_token_login(
        facts=facts,
        refresh=_facts_of(refresh.payload),
        password=_passwords(user)[0],
        backend=backend,
        primary=primary_of(inner, backend, user=facts.user, now=facts.now)
        if backend
        else Primary.NONE,
        names=login_names(user),
    )
    refresh[CLAIM] = str(made.pk)
    follow_account(facts=facts)


class LoginTokenObtainPairSerializer(TokenObtainPairSerializer):
    """A password makes a pair of tokens, which begin a login of their own."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """As simplejwt's, with the login bound."""
        data: dict[str, str] = super().validate(attrs)
        made: Any = self.token_class  # its stubs want a Token where it takes the text
        refresh = made(data["refresh"])
        bind_refresh_token(self.context["request"], self.user, refresh)
        return {**data, "refresh": str(refresh), "access": str(refresh.access_token)}


class LoginTokenRefreshSerializer(TokenRefreshSerializer):
    """A refresh token carries its login on, also when it is rotated."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """As simplejwt's; a token that was rotated before ends the login. Tokens that belong to no
        login of ours are simplejwt's alone."""
        claims = self._claims(attrs["refresh"])
        if CLAIM not in claims:
            data: dict[str, str] = super().validate(attrs)
            return data
        user = find_user(str(claims.get(api_settings.USER_ID_CLAIM, "")))
        facts = facts_from(inner_of(self.context["request"]), user=user, bearer=True, api=True)
        login = _login(user, claims, facts.now) if user is not None else None
        jti = str(claims.get(api_settings.JTI_CLAIM, ""))
        if login is None or not may_refresh(facts=facts, login=login, jti=jti):
            raise InvalidToken(str(_("Token is invalid")))
        with transaction.atomic():
            data = super().validate(attrs)
            newer = self._claims(data["refresh"]) if "refresh" in data else claims
            if not follow_rotation(login=login, refresh=_facts_of(newer)):
                raise InvalidToken(str(_("Token is invalid")))
        return data

    def _claims(self, encoded: str) -> Mapping[str, Any]:
        """What a refresh token says that is signed and not expired, blacklisted or not; nothing of
        any other, which simplejwt refuses in its own words."""
        try:
            backend: Any = self.token_class().get_token_backend()
            claims: Mapping[str, Any] = backend.decode(encoded, verify=True)
        except TokenBackendError:
            return {}
        kind = claims.get(api_settings.TOKEN_TYPE_CLAIM)
        return claims if kind == self.token_class.token_type else {}


class LoginTokenAuthentication(JWTAuthentication):
    """Reads simplejwt's access tokens. One that belongs to a login of ours works only while the
    login goes on, and carries what was confirmed for it; any other authenticates as with simplejwt,
    and lets no proof count."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The person and the token. Raises AuthenticationFailed, also after the end of the login,
        and StoreAway while nobody can tell."""
        check_return_urls()
        with reading_store():
            found: tuple[Any, Any] | None = super().authenticate(request)
            if found is None or CLAIM not in found[1]:
                return found
            user, token = found
            facts = facts_from(inner_of(request), user=user, bearer=True, api=True)
            login = _login(user, token.payload, facts.now)
            if login is not None and _is_blacklisted(login):
                end_session(
                    facts=facts, session=login.session, reason="its refresh token was blacklisted"
                )
                login = None
            if login is None:
                raise AuthenticationFailed(str(_("This login has ended. Log in again.")))
            session = login.session
            mark = Mark(
                sid=session.pk,
                primary=Primary(session.primary),
                authenticated_at=session.authenticated_at,
            )
            enter(request, user, token, mark)
        return found


def _login(user: Any, claims: Mapping[str, Any], now: Any) -> TokenLogin | None:  # noqa: ANN401 (the host's user model; a moment)
    return find_token_login(
        login_id=str(claims[CLAIM]), user=str(user.pk), passwords=_passwords(user), now=now
    )


def _passwords(user: Any) -> Sequence[str]:  # noqa: ANN401 (the host's own user model)
    """Django's session hashes of the account, under the newest key and then under older ones."""
    return [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]


def _facts_of(claims: Mapping[str, Any]) -> RefreshTokenFacts:
    return RefreshTokenFacts(
        jti=str(claims[api_settings.JTI_CLAIM]), expires_at=datetime_from_epoch(claims["exp"])
    )


def _is_blacklisted(login: TokenLogin) -> bool:
    if not apps.is_installed(BLACKLIST):
        return False
    blacklisted: Any = apps.get_app_config("token_blacklist").get_model("BlacklistedToken")
    return bool(blacklisted.objects.filter(token__jti=login.jti).exists())
