"""A login counts for its own person alone."""

from __future__ import annotations

from types import SimpleNamespace

from otpguard.http.bearer.client_login import ATTRIBUTE, ClientLogin, client_login_of
from otpguard.http.session import Mark


def test_it_is_of_one_person() -> None:
    login = ClientLogin(user="1", mark=Mark(sid="s"))
    request = SimpleNamespace(auth=SimpleNamespace(**{ATTRIBUTE: login}))
    assert client_login_of(request, "1") is login
    assert client_login_of(request, "2") is None
    assert client_login_of(request, "") is None
    assert client_login_of(SimpleNamespace(auth={ATTRIBUTE: login}), "1") is None
