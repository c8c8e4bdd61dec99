"""The factors of somebody as the Security page lists them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.core.phone import parse_phone
from otpguard.factors.phone import build
from otpguard.models import FactorBlock, RecoveryCode
from otpguard.models.factor import FACTORS
from otpguard.models.fields import Encrypted
from otpguard.web.security.factors import codes_line, factor_lines, name_of
from tests import factories
from tests.authenticator import Authenticator

pytestmark = pytest.mark.django_db


def test_the_strongest_comes_first_and_recovery_codes_stand_elsewhere() -> None:
    user = factories.user()
    factories.recovery_codes(user)
    factories.phone_factor(user)
    factories.totp_factor(user)
    factories.passkey_factor(user, Authenticator(origin="https://acme.example"))
    kinds = [line.kind for line in factor_lines(factories.facts(user))]
    assert kinds == ["passkey", "totp", "phone"]


def test_a_number_is_shown_masked_only() -> None:
    user = factories.user()
    factories.phone_factor(user, "+12015550123")
    (line,) = factor_lines(factories.facts(user))
    assert line.number == "+1 ••• ••23"
    assert line.name == ""  # it is only the number again
    assert "5550123" not in repr(line)


def test_unconfirmed_and_other_peoples_factors_are_not_listed() -> None:
    user = factories.user()
    factories.phone_factor(user, confirmed=False)
    factories.phone_factor(factories.user())
    assert factor_lines(factories.facts(user)) == []


def test_a_new_number_says_from_when_it_counts_and_what_it_replaces() -> None:
    user = factories.user()
    old = factories.phone_factor(user, "+12015550123")
    facts = factories.facts(user)
    new = build(user_id=str(user.pk), number=parse_phone("+12015550187", region="US"))
    new.confirmed, new.replaces = True, old
    new.usable_from = facts.now + timedelta(hours=24)
    new.save()
    waiting = factor_lines(facts)[1]
    assert waiting.waits_until == new.usable_from
    assert waiting.replaces == "+1 ••• ••23"
    factories.age(new, usable_from=facts.now - timedelta(minutes=1))
    assert factor_lines(facts)[1].waits_until is None


def test_who_gave_it_and_who_does_not_accept_it_is_said() -> None:
    user, acme, other = factories.user(), factories.tenant(name="Acme"), factories.tenant(name="B")
    own = factories.phone_factor(user)
    factories.totp_factor(user, tenant=acme, hardware=True)
    FactorBlock.objects.create(tenant=other, factor=own, reason="lost")
    token, phone = factor_lines(factories.facts(user))
    assert (token.provider, token.own) == ("Acme", False)
    assert str(token.label) == "Hardware token"
    assert (phone.provider, phone.own, phone.blocked_by) == ("", True, ("B",))


def test_a_number_under_a_key_that_is_gone_hides_no_other_factor() -> None:
    user = factories.user()
    broken = factories.phone_factor(user)
    FACTORS.filter(pk=broken.pk).update(secret=Encrypted("gone.AAAA"))
    factories.totp_factor(user)
    assert [line.number for line in factor_lines(factories.facts(user))] == ["", "••"]


def test_recovery_codes_are_counted_and_few_are_few() -> None:
    user = factories.user()
    assert codes_line(factories.facts(user)) is None
    factories.recovery_codes(user)
    line = codes_line(factories.facts(user))
    assert line is not None
    assert (line.left, line.few) == (10, False)
    spent = RecoveryCode.objects.values_list("pk", flat=True)[:7]
    RecoveryCode.objects.filter(pk__in=list(spent)).update(used_at=factories.facts(user).now)
    line = codes_line(factories.facts(user))
    assert line is not None
    assert (line.left, line.few) == (3, True)


def test_a_factor_is_called_by_its_name_its_number_or_its_kind() -> None:
    user = factories.user()
    phone = factories.phone_factor(user, "+12015550123")
    assert name_of(phone) == "+1 ••• ••23"
    phone.name = "Work"
    assert name_of(phone) == "Work"
    app = factories.totp_factor(user, name="")
    assert (app.kind, name_of(app)) == ("totp", "Authenticator app")


def test_a_channel_that_its_holder_stopped_is_said_with_why_and_what_to_do() -> None:
    user, tenant, other = factories.user(), factories.tenant(), factories.tenant()
    factories.phone_factor(user, "+12015550123")
    factories.opt_out("+12015550123")
    factories.opt_out("+12015550123", other, channel="whatsapp")
    (line,) = factor_lines(factories.facts(user, tenant))
    (sentence,) = line.stopped
    assert "text message. STOP was sent from this number." in sentence
    assert "send START" in sentence


def test_a_name_that_only_repeats_the_kind_is_not_said_twice() -> None:
    user = factories.user()
    for name in ("Authenticator app", "Aegis"):
        factories.totp_factor(user, name=name)
    assert {line.name for line in factor_lines(factories.facts(user))} == {"", "Aegis"}
