"""FACTOR_KINDS, read into facts and worths or refused with a number."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from otpguard.conf import factor_kinds, methods, settings
from otpguard.conf.kinds import SHIPPED_CONFIGS, methods_of, read_factor_kinds, worths_of
from otpguard.conf.values import SettingsError
from otpguard.core.assurance import SAAS_2026, AssuranceLevel, Method, MethodFacts, Primary, Worth
from otpguard.core.factor_kind import FactorKind
from otpguard.core.federation.methods import IDP_METHODS
from otpguard.core.shipped_kinds import SHIPPED, SHIPPED_METHODS

AAL1, AAL2, AAL3 = AssuranceLevel
HERE = "tests.conf.test_kinds"


def stated(slug: str, *methods_: str, **more: Any) -> FactorKind:
    made = tuple(
        Method(slug=each, kind=slug, grade=slug, label=each, shown="Your card")
        for each in methods_ or (slug,)
    )
    return FactorKind(slug=slug, label=slug, how="how", why="why", methods=made, **more)


class Card:
    kind = stated("card")


class Badge:
    kind = stated("badge", "badge", "badge_at_the_door", phishing_resistant=True)


class Greedy:
    kind = stated("greedy", "greedy", "card")


class Email:
    kind = stated("email")


class Mute:
    """States nothing."""


def entry(name: str, **more: Any) -> dict[str, Any]:
    return {"BACKEND": f"{HERE}.{name}", **more}


def test_the_shipped_kinds_are_always_there_and_come_first() -> None:
    assert list(read_factor_kinds({})) == list(SHIPPED)
    assert list(read_factor_kinds({"card": entry("Card")})) == [*SHIPPED, "card"]
    assert {slug: config.kind for slug, config in SHIPPED_CONFIGS.items()} == SHIPPED
    assert methods_of(SHIPPED_CONFIGS) == SHIPPED_METHODS
    assert worths_of(SHIPPED_CONFIGS) == {}


def test_a_kind_from_outside_is_worth_aal1_unless_the_site_says_more() -> None:
    read = read_factor_kinds(
        {
            "card": entry("Card", OPTIONS={"length": 6}),
            "badge": entry("Badge", WORTH="AAL3"),
        }
    )
    assert read["card"].options == {"length": 6}
    assert worths_of(read) == {
        "card": Worth(AAL1, AAL1),
        "badge": Worth(AAL1, AAL3, phishing_resistant=True),
    }


@pytest.mark.parametrize(
    ("value", "check", "message"),
    [
        (["card"], "E002", "dictionary"),
        ({"card": "x.Y"}, "E002", "needs a BACKEND"),
        ({"card": {"OPTIONS": {}}}, "E002", "needs a BACKEND"),
        ({"card": entry("Card", WORHT="AAL2")}, "E001", 'did you mean "WORTH"'),
        ({"card": entry("Card", OPTIONS=[])}, "E002", "dictionary"),
        ({"card": entry("Card", WORTH="AAL4")}, "E002", '"AAL1", "AAL2" or "AAL3"'),
        ({"card": entry("Card", WORTH=2)}, "E002", '"AAL1", "AAL2" or "AAL3"'),
        ({"card": entry("Card", WORTH="AAL3")}, "E025", "resistance to phishing"),
        ({"card": entry("Nobody")}, "E024", "Nobody"),
        ({"card": entry("Mute")}, "E024", "states no `kind`"),
        ({"ticket": entry("Card")}, "E025", 'calls itself "card"'),
        ({"phone": entry("Card")}, "E025", 'calls itself "card"'),
        ({"email": entry("Email")}, "E025", "otpguard's own"),
        ({"card": entry("Card"), "greedy": entry("Greedy")}, "E025", "is a method already"),
    ],
)
def test_a_mistake_is_refused_with_its_number(value: object, check: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        read_factor_kinds(value)
    assert caught.value.problem.check == f"otpguard.{check}"


def test_kinds_and_methods_are_those_of_the_setting_in_force() -> None:
    assert factor_kinds() == SHIPPED
    with override_settings(OTPGUARD={"FACTOR_KINDS": {"badge": entry("Badge", WORTH="AAL2")}}):
        assert factor_kinds()["badge"] is Badge.kind
        assert set(methods()) == {*SHIPPED_METHODS, *IDP_METHODS, "badge", "badge_at_the_door"}
        shown = MethodFacts(method=methods()["badge_at_the_door"], primary=Primary.SSO)
        assert settings().assurance_profile.worth(shown) is AAL2
    assert methods() == {**SHIPPED_METHODS, **IDP_METHODS}
    assert settings().assurance_profile is SAAS_2026


def test_policies_may_list_a_kind_wherever_it_stands_in_the_setting() -> None:
    listed = {"allowed_factors": [*SHIPPED, "card"]}
    wanted = {"POLICY_DEFAULTS": {"api_key": listed}, "FACTOR_KINDS": {"card": entry("Card")}}
    with override_settings(OTPGUARD=wanted):
        assert "card" in settings().policy_defaults["api_key"]["allowed_factors"]
    with (
        override_settings(OTPGUARD={"POLICY_DEFAULTS": {"api_key": listed}}),
        pytest.raises(ImproperlyConfigured, match="E026"),
    ):
        settings()
