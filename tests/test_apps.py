"""What happens when Django is ready."""

from __future__ import annotations

from collections import Counter

import pytest
from django.apps import apps
from django.core.checks.registry import registry
from django.test import Client
from django.utils.module_loading import import_string

from otpguard.apps import _CHECKS, _DEPLOY_CHECKS
from otpguard.models import LoginSession
from tests import factories


def test_the_app_is_installed_under_its_name() -> None:
    config = apps.get_app_config("otpguard")
    assert (config.name, str(config.verbose_name)) == ("otpguard", "Step-up MFA")


def test_every_check_is_registered_once_and_only_the_one_for_deployment_waits_for_it() -> None:
    apps.get_app_config("otpguard").ready()
    always = Counter(each.__name__ for each in registry.get_checks())
    with_deploy = {each.__name__ for each in registry.get_checks(include_deployment_checks=True)}
    found = {path: count for path, count in always.items() if path.startswith("otpguard.")}
    assert found == {path: 1 for path, _tag in _CHECKS}
    assert set(_DEPLOY_CHECKS) <= with_deploy - set(always)


def test_every_name_that_answers_a_signal_is_there() -> None:
    paths = [path for path, _tag in _CHECKS] + list(_DEPLOY_CHECKS)
    assert all(callable(import_string(path)) for path in paths)


@pytest.mark.django_db
def test_logins_and_logouts_are_heard(client: Client) -> None:
    user = factories.user()
    client.force_login(user)
    session = LoginSession.objects.get(user=user)
    assert session.ended_at is None
    client.logout()
    session.refresh_from_db()
    assert session.ended_at is not None


@pytest.mark.django_db
def test_being_ready_twice_hears_every_login_once(client: Client) -> None:
    apps.get_app_config("otpguard").ready()
    user = factories.user()
    client.force_login(user)
    assert LoginSession.objects.filter(user=user).count() == 1
