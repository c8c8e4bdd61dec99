"""Checks of FACTOR_KINDS: what the drivers name exists, and policies can really take the kinds."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.checks import CheckMessage
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from otpguard.checks.codes import error, warning
from otpguard.conf import FactorKindConfig, Settings
from otpguard.core.presets import Tier
from otpguard.factors.catalog import make_driver
from otpguard.forms.of_kind import form_of
from otpguard.tenants.policies import policy_pair_at


def factor_kinds(mine: Settings) -> Iterable[CheckMessage]:
    """E024, W012: the kinds of the site; the facts that they state were checked when they were
    read."""
    for slug, config in mine.factor_kinds.items():
        if wrong := _fault(config):
            yield error("otpguard.E024", f"{slug}: {wrong}")
        if config.worth is not None:
            yield from _unreachable(mine, slug)


def _fault(config: FactorKindConfig) -> str:
    """Why a driver cannot be made or used; empty when it can."""
    try:
        driver = make_driver(config)
        get_template(driver.challenge_template)
        get_template(driver.enrollment_template)
        answer = form_of(driver.answer_form)
        form_of(driver.enrollment_form)
    except TemplateDoesNotExist as missing:
        return f"there is no template {missing}"
    except (ImportError, TypeError, ValueError, AttributeError) as wrong:
        return str(wrong)
    return "" if "code" in answer.base_fields else "its answer form has no field `code`"


def _unreachable(mine: Settings, slug: str) -> Iterable[CheckMessage]:
    for name, checkpoint in mine.checkpoints.items():
        pair = policy_pair_at(checkpoint, Tier.STANDARD)
        if slug in pair.default.allowed_factors - pair.floor.allowed_factors:
            detail = f'{slug} at "{name}": list it in POLICY_FLOOR as well.'
            yield warning("otpguard.W012", detail)
