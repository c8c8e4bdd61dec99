"""Encrypted columns: nothing in the table, nothing in a repr, everything on `reveal`."""

from __future__ import annotations

import pytest
from django.test import override_settings

from otpguard import vault
from otpguard.models import Factor
from otpguard.models.fields import Sealed
from tests import factories
from tests.models.rows import raw

pytestmark = pytest.mark.django_db
NUMBER = "+12015550123"


@pytest.fixture
def factor() -> Factor:
    return factories.phone_factor(factories.user(), NUMBER)


def test_the_plain_text_is_absent_from_the_table(factor: Factor) -> None:
    stored = raw(factor, "secret")
    assert "2015550123" not in stored
    assert vault.decrypt(stored) == NUMBER


def test_it_comes_back_sealed_and_is_shown_by_no_repr(factor: Factor) -> None:
    assert isinstance(factor.secret, Sealed)
    for shown in (repr(factor.secret), str(factor.secret), f"{factor.secret}", repr(factor)):
        assert "5550123" not in shown
        assert factor.secret.token not in shown
    assert repr(factor.secret) == "Sealed(••••)"
    assert factor.secret.reveal() == NUMBER


def test_saving_a_row_again_leaves_its_ciphertext_alone(factor: Factor) -> None:
    before = raw(factor, "secret")
    factor.save()
    assert raw(factor, "secret") == before


def test_a_new_plain_text_is_encrypted_when_it_is_saved(factor: Factor) -> None:
    factor.secret = "+12015550199"
    factor.save()
    factor.refresh_from_db()
    assert "5550199" not in raw(factor, "secret")
    assert factor.secret.reveal() == "+12015550199"


def test_a_plain_text_in_an_update_is_encrypted_too(factor: Factor) -> None:
    Factor.objects.filter(pk=factor.pk).update(secret="+12015550177")
    assert "5550177" not in raw(factor, "secret")


def test_an_empty_text_stays_empty(factor: Factor) -> None:
    factor.secret = ""
    factor.save()
    factor.refresh_from_db()
    assert raw(factor, "secret") == ""
    assert not factor.secret
    assert factor.secret.reveal() == ""
    assert repr(factor.secret) == "Sealed()"


def test_equal_texts_cannot_be_told_from_their_columns() -> None:
    one, two = (factories.phone_factor(factories.user(), NUMBER) for _ in range(2))
    assert raw(one, "secret") != raw(two, "secret")
    assert not Factor.objects.filter(secret=NUMBER).exists()


def test_without_the_key_the_row_can_be_read_but_not_revealed(factor: Factor) -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["another key " * 4]}):
        again = Factor.objects.get(pk=factor.pk)
        with pytest.raises(vault.UndecryptableError):
            again.secret.reveal()
