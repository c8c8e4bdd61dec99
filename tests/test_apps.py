"""What happens when Django is ready."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.checks.registry import registry

from otpguard import checks
from otpguard.web import receivers


def test_the_app_is_installed_under_its_name() -> None:
    config = apps.get_app_config("otpguard")
    assert (config.name, str(config.verbose_name)) == ("otpguard", "Step-up MFA")


def test_every_check_is_registered_and_only_the_one_for_deployment_waits_for_it() -> None:
    always = set(registry.get_checks())
    with_deploy = set(registry.get_checks(include_deployment_checks=True))
    ours = {checks.check_settings, checks.check_project, checks.check_database}
    assert ours <= always
    assert checks.check_deployment in with_deploy - always


def test_logins_and_logouts_are_heard() -> None:
    assert receivers.logged_in in user_logged_in._live_receivers(sender=None)[0]
    assert receivers.logged_out in user_logged_out._live_receivers(sender=None)[0]


def test_being_ready_twice_hears_every_login_once() -> None:
    before = len(user_logged_in.receivers)
    apps.get_app_config("otpguard").ready()
    assert len(user_logged_in.receivers) == before
