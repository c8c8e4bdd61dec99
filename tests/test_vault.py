"""Keys, encryption at rest and blind indexes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from otpguard import vault

OLD, NEW, THIRD = "old " * 10, "new " * 10, "third " * 7


def with_keys(*roots: str, index: tuple[str, ...] = ()) -> override_settings:
    return override_settings(OTPGUARD={"ROOT_KEYS": list(roots), "INDEX_KEYS": list(index)})


def test_what_is_encrypted_can_be_read_and_shows_nothing() -> None:
    token = vault.encrypt("+12015550123")
    assert "2015550123" not in token
    assert vault.decrypt(token) == "+12015550123"


def test_equal_texts_have_different_ciphertexts() -> None:
    assert vault.encrypt("same") != vault.encrypt("same")


def test_a_changed_ciphertext_is_not_read() -> None:
    token = vault.encrypt("secret")
    middle = len(token) // 2
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    for wrong in (changed, "", "no token", token[:-8]):
        with pytest.raises(vault.UndecryptableError):
            vault.decrypt(wrong)
    assert vault.decrypt(token) == "secret"


def test_a_token_is_refused_when_it_is_older_than_allowed() -> None:
    token = vault.encrypt_token(vault.ASK, "short-lived")
    assert vault.decrypt_token(vault.ASK, token, max_age=timedelta(minutes=1)) == "short-lived"
    with pytest.raises(vault.UndecryptableError):
        vault.decrypt_token(vault.ASK, token, max_age=timedelta(seconds=-1))


def test_a_token_of_one_purpose_opens_for_no_other() -> None:
    token = vault.encrypt_token(vault.ASK, "an ask")
    with pytest.raises(vault.UndecryptableError):
        vault.decrypt_token(vault.CHALLENGE, token, max_age=timedelta(minutes=1))
    with pytest.raises(vault.UndecryptableError):
        vault.decrypt(token + "=" * (-len(token) % 4))


def test_a_new_root_key_in_front_writes_while_the_old_one_still_reads() -> None:
    with with_keys(OLD):
        token = vault.encrypt("kept")
    with with_keys(NEW, OLD):
        assert vault.decrypt(token) == "kept"
        moved = vault.rotate(token)
    with with_keys(NEW):
        assert vault.decrypt(moved) == "kept"
        with pytest.raises(vault.UndecryptableError):
            vault.decrypt(token)
        with pytest.raises(vault.UndecryptableError):
            vault.rotate(token)


def test_each_purpose_has_a_key_of_its_own() -> None:
    purposes = (vault.CODE, vault.MAC, vault.INTENT, vault.DEVICE, vault.CHALLENGE)
    keys = {vault.key_for(purpose) for purpose in purposes}
    assert len(keys) == len(purposes)
    assert {len(key) for key in keys} == {32}


def test_a_key_is_found_by_the_id_of_its_root_until_that_is_retired() -> None:
    with with_keys(OLD):
        [old_id] = vault.key_ids()
        old_key = vault.key_for(vault.CODE)
    with with_keys(NEW, OLD):
        assert vault.key_ids()[1] == old_id
        assert vault.key_for(vault.CODE, old_id) == old_key != vault.key_for(vault.CODE)
    with with_keys(NEW), pytest.raises(vault.UndecryptableError, match=old_id):
        vault.key_for(vault.CODE, old_id)


def test_an_id_tells_nothing_of_its_key() -> None:
    with with_keys(OLD):
        [key_id] = vault.key_ids()
        assert len(key_id) == 8
        assert key_id not in vault.key_for(vault.CODE).hex()


def test_without_root_keys_those_of_django_are_used_with_their_fallbacks() -> None:
    with override_settings(OTPGUARD={}, SECRET_KEY=OLD, SECRET_KEY_FALLBACKS=[]):
        token, [old_id] = vault.encrypt("kept"), vault.key_ids()
    with override_settings(OTPGUARD={}, SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD]):
        assert vault.decrypt(token) == "kept"
        assert vault.key_ids()[1] == old_id


def test_an_index_finds_equal_values_and_only_those() -> None:
    [one] = vault.blind_indexes("+12015550123")
    assert vault.blind_indexes("+12015550123") == (one,)
    assert vault.blind_indexes("+12015550124") != (one,)
    assert "2015550123" not in one


def test_a_new_root_key_leaves_the_index_where_it_was() -> None:
    with with_keys(OLD):
        before = vault.blind_indexes("+12015550123")
    with with_keys(NEW, OLD):
        assert vault.blind_indexes("+12015550123") == before


def test_an_index_that_is_being_moved_is_known_under_both_keys() -> None:
    with with_keys(OLD, index=(OLD,)):
        [old] = vault.blind_indexes("+12015550123")
    with with_keys(OLD, index=(THIRD, OLD)):
        new, second = vault.blind_indexes("+12015550123")
    assert second == old
    assert new != old


def test_keys_of_django_may_be_bytes_and_are_the_same_keys() -> None:
    with override_settings(OTPGUARD={}, SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD]):
        token, ids = vault.encrypt("kept"), vault.key_ids()
    in_bytes = {"SECRET_KEY": NEW.encode(), "SECRET_KEY_FALLBACKS": [OLD.encode()]}
    with override_settings(OTPGUARD={}, **in_bytes):
        assert vault.key_ids() == ids
        assert vault.decrypt(token) == "kept"
