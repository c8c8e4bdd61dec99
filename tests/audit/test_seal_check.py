"""The check of seals for themselves, one after the other."""

from __future__ import annotations

import pytest

from otpguard.audit.seal_check import SealCheck, check_heads, keys_of
from otpguard.audit.signers import clock_signer, head_signer
from otpguard.core.sealing.note import COSIGNS, SIGNS
from otpguard.models import ALL_HEADS, Seal
from tests.flows.audit.logging import ONE, TWO, begin, bodies, seal, seals_of, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sealed() -> None:
    begin()
    for number in (3, 4, 5):
        write(number=number)
        write(TWO)
        seal()


def damages(seals: list[Seal], after: Seal | None = None) -> list[str]:
    check = SealCheck(ONE, after)
    for each in seals:
        check.add_seal(each)
    return [each.damage.value for each in check.damages]


def test_seals_in_their_order_hold_and_give_their_leaves() -> None:
    check = SealCheck(ONE)
    assert [leaf for each in seals_of() for leaf in check.add_seal(each)] == bodies()
    assert check.damages == []
    first, *rest = seals_of()
    assert damages(rest, first) == []


def test_one_damage_is_told_once() -> None:
    first, second, third = seals_of()
    second.root = b"r" * 32
    assert damages([first, second, third]) == ["forked", "not_signed"]
    assert damages([first, third])[:1] == ["hashes"]


def test_a_head_that_only_the_clock_has_signed_is_not_signed() -> None:
    first, *_ = seals_of()
    first.public_key = b"k" * 32
    assert damages([first]) == ["not_signed"]
    first, *_ = seals_of()
    first.clock_signature = b"s" * 64
    assert damages([first]) == ["not_signed"]


def test_the_trusted_keys_are_those_of_the_signers_under_the_name_of_the_log() -> None:
    found = {(key.public, key.kind) for key in keys_of(ONE)}
    assert found == {(head_signer().public, SIGNS), (clock_signer().public, COSIGNS)}
    assert {key.name.partition("/")[2] for key in keys_of(ONE)} == {ONE.hex, f"{ONE.hex}/clock"}


def test_heads_and_the_log_of_heads_must_agree() -> None:
    assert list(check_heads()) == []
    Seal.objects.filter(log=ALL_HEADS).order_by("-size")[:1].get().delete()
    (only,) = check_heads()
    assert only.damage == "added"
    Seal.objects.filter(log=TWO, size=2).delete()
    (only,) = check_heads()
    assert (only.damage, only.index) == ("forked", 3)


def test_heads_are_checked_from_a_time_on() -> None:
    for _ in range(3):
        write()
        seal()
    last = Seal.objects.filter(log=ALL_HEADS).order_by("-size")[0]
    heads = Seal.objects.exclude(log=ALL_HEADS).order_by("position")
    first, newest = heads[0], heads.reverse()[0]
    assert list(check_heads(last.at)) == []
    Seal.objects.filter(pk=first.pk).update(root=b"x" * 32)
    assert list(check_heads(last.at)) == [], "what is older is believed"
    Seal.objects.filter(pk=newest.pk).update(root=b"x" * 32)
    assert [each.index for each in check_heads(last.at)] == [newest.position]
