"""PUMPING is read strictly: what is charged cannot only be recorded."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from otpguard.checks.deployment import check_deployment
from otpguard.conf import problems, settings
from otpguard.conf.pumping import read_pumping
from otpguard.core.pumping.verdict import Layer


def test_without_the_setting_every_layer_acts() -> None:
    assert settings().pumping.record_only == ()


def test_layers_may_only_record() -> None:
    read = read_pumping({"RECORD_ONLY": ["reputation", "network", "network"]})
    assert read.record_only == (Layer.NETWORK, Layer.REPUTATION)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ([], "E002"),
        ({"RECORD_ONLY": "network"}, "E002"),
        ({"RECORDONLY": []}, "E001"),
        ({"RECORD_ONLY": ["netwrk"]}, "E145"),
        ({"RECORD_ONLY": ["velocity"]}, "E146"),
        ({"RECORD_ONLY": ["money"]}, "E146"),
    ],
)
def test_what_names_no_layer_that_may_record_is_a_mistake(value: Any, number: str) -> None:
    assert [each.check for each in problems({"PUMPING": value})] == [f"otpguard.{number}"]


def test_a_misspelt_layer_is_told_the_nearest() -> None:
    [problem] = problems({"PUMPING": {"RECORD_ONLY": ["netwrk"]}})
    assert 'did you mean "network"?' in problem.message


@pytest.mark.django_db
def test_production_is_warned_of_a_layer_that_stops_nothing() -> None:
    with override_settings(OTPGUARD={"PUMPING": {"RECORD_ONLY": ["network"]}}):
        assert "otpguard.W145" in [each.id for each in check_deployment()]
    with override_settings(OTPGUARD={}):
        assert "otpguard.W145" not in [each.id for each in check_deployment()]
