"""Names of guarded operations and what applies to them."""

from __future__ import annotations

import pytest

from otpguard.core.checkpoints import (
    BUILT_IN,
    EVERY,
    Checkpoint,
    CheckpointNameError,
    by_slug,
)


@pytest.mark.parametrize("slug", ["a", "api_key", "api_key.production", "x9.y_9", "a" * 40])
def test_a_lower_case_name_with_at_most_one_variant_is_accepted(slug: str) -> None:
    assert Checkpoint(slug=slug, label="Anything").slug == slug


@pytest.mark.parametrize(
    "slug",
    ["", "*", "API", "9lives", "a.b.c", "a.", ".a", "a b", "a-b", "a\n", "ä", "a" * 41, "_a"],
)
def test_any_other_name_is_refused(slug: str) -> None:
    with pytest.raises(CheckpointNameError, match="not a checkpoint name"):
        Checkpoint(slug=slug, label="Anything")


def test_a_variant_inherits_from_its_parent_and_from_everything() -> None:
    variant = Checkpoint(slug="api_key.production", label="Production key")
    assert variant.parent == "api_key"
    assert variant.lineage == ("api_key.production", "api_key", EVERY)


def test_a_plain_checkpoint_has_no_parent() -> None:
    plain = Checkpoint(slug="api_key", label="Key")
    assert plain.parent is None
    assert plain.lineage == ("api_key", EVERY)


def test_no_two_built_in_checkpoints_share_a_name() -> None:
    with pytest.raises(CheckpointNameError, match='"login" is declared twice'):
        by_slug(*BUILT_IN.values(), Checkpoint(slug="login", label="Enter"))


def test_no_two_built_in_checkpoints_share_a_label() -> None:
    assert len({checkpoint.label for checkpoint in BUILT_IN.values()}) == len(BUILT_IN)


def test_a_policy_field_that_does_not_exist_is_refused_where_it_is_declared() -> None:
    for part in ("default", "enterprise", "floor"):
        with pytest.raises(KeyError, match="payout: no such policy field: tll"):
            Checkpoint(slug="payout", label="Pay out", **{part: {"tll": 1}})


def test_every_built_in_variant_has_a_built_in_parent() -> None:
    parents = {checkpoint.parent for checkpoint in BUILT_IN.values()} - {None}
    assert parents <= BUILT_IN.keys()
    assert parents


def test_only_the_guards_of_the_guard_itself_cannot_be_switched_off() -> None:
    always_on = {checkpoint.slug for checkpoint in BUILT_IN.values() if checkpoint.always_on}
    assert always_on == {
        "security_settings",
        "security_settings.factor_reset",
        "security_settings.lift_hold",
        "break_glass",
        "factor_change",
        "factor_change.strong",
    }


def test_what_changes_factors_and_only_that_rebinds() -> None:
    rebinds = {checkpoint.slug for checkpoint in BUILT_IN.values() if checkpoint.rebinds}
    assert rebinds == {"factor_change", "factor_change.strong"}


def test_only_people_who_cannot_have_a_factor_yet_are_rightly_asked_for_aal1() -> None:
    first = {checkpoint.slug for checkpoint in BUILT_IN.values() if checkpoint.first_factor}
    assert first == {"signup", "first_action"}


def test_strangers_are_let_near_signup_and_password_reset_only() -> None:
    anonymous = {checkpoint.slug for checkpoint in BUILT_IN.values() if checkpoint.anonymous}
    assert anonymous == {"signup", "password_reset", "password_reset.admin"}
