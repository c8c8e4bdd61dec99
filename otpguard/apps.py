"""The Django application: says by name what answers Django's and Celery's signals.

Nothing is loaded here that a process may never need: a worker renders no page, a web process runs
no sweep, and checks run where they are asked for. Each name is looked up when it is first called.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from celery.signals import celeryd_init, import_modules, worker_ready, worker_shutdown
from django.apps import AppConfig, apps
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.checks import Tags, register
from django.core.signals import request_started
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_delete
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from otpguard.web_process import note_request

_CHECKS = (
    ("otpguard.checks.options.check_settings", Tags.security),
    ("otpguard.checks.project.check_project", Tags.security),
    ("otpguard.checks.database.check_tables", Tags.models),
    ("otpguard.checks.scim.check_scim", Tags.urls),
    ("otpguard.checks.related_origins.check_related_origins", Tags.urls),
    ("otpguard.checks.tenants.check_tenant_model", Tags.security),
    ("otpguard.checks.urls.check_urls", Tags.urls),
    ("otpguard.checks.database.check_database", Tags.database),
    ("otpguard.checks.project.check_clients", Tags.database),
    ("otpguard.checks.senders.check_senders", Tags.database),
    ("otpguard.checks.tenants.check_external_ids", Tags.database),
    ("otpguard.checks.single.check_single_row", Tags.database),
    ("otpguard.checks.industries.check_industries", Tags.database),
)
_DEPLOY_CHECKS = (
    "otpguard.checks.deployment.check_deployment",
    "otpguard.checks.outside_data.check_defense",
    "otpguard.checks.velocity.check_velocity",
    "otpguard.checks.login_risk.check_login_risk",
    "otpguard.checks.audit_log.check_audit_log",
)


class OtpguardConfig(AppConfig):
    """Django's handle on otpguard."""

    name = "otpguard"
    label = "otpguard"
    verbose_name = _("Step-up MFA")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the signals and register the system checks; a second time changes nothing."""
        _connect_people()
        path = "otpguard.web.receivers.migrated"
        post_migrate.connect(_by_name(path), sender=self, weak=False, dispatch_uid=path)
        _connect_workers()
        _connect_process()
        for path, tag in _CHECKS:
            register(_by_name(path), tag)
        for path in _DEPLOY_CHECKS:
            register(_by_name(path), Tags.security, deploy=True)


@cache
def _by_name(path: str) -> Callable[..., Any]:
    """What stands at `path`, imported when it is called. Always the same function, so that Django
    registers it once, however often the app is set up."""

    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever stands there)
        return import_string(path)(*args, **kwargs)

    call.__qualname__ = call.__name__ = path
    return call


def _connect_people() -> None:
    """Hear of logins, also refused ones, and logouts, and of the deletion of people and tenants."""
    deleted = _by_name("otpguard.web.receivers.person_deleted")
    people = get_user_model()._meta.concrete_model  # noqa: SLF001 (Django's documented Meta API)
    for model in apps.get_models():
        if model._meta.concrete_model is people:  # noqa: SLF001 (proxies are senders of their own)
            pre_delete.connect(deleted, sender=model, weak=False, dispatch_uid="otpguard.person")
    pre_delete.connect(
        _by_name("otpguard.web.receivers.tenant_deleted"),
        sender="otpguard.Tenant",
        weak=False,
        dispatch_uid="otpguard.tenant",
    )
    for signal, path in (
        (user_logged_in, "otpguard.web.receivers.logged_in"),
        (user_logged_out, "otpguard.web.receivers.logged_out"),
        (user_login_failed, "otpguard.web.receivers.login_failed"),
    ):
        signal.connect(_by_name(path), weak=False, dispatch_uid=path)


def _connect_workers() -> None:
    """Make every worker of this project know the tasks, and sweep.

    Where the worker's own import of modules has set Django up, its signal has been sent already:
    then the tasks come with the next one.
    """
    for signal, path in (
        (import_modules, "otpguard.queue.load_tasks"),
        (celeryd_init, "otpguard.queue.load_tasks"),
        (worker_ready, "otpguard.tasks.start_sweeper"),
        (worker_shutdown, "otpguard.tasks.stop_sweeper"),
    ):
        signal.connect(_by_name(path), weak=False, dispatch_uid=f"otpguard.{path}")


def _connect_process() -> None:
    """Know a process that serves requests; under DEBUG, give SQLite the mode that it needs."""
    request_started.connect(note_request, dispatch_uid="otpguard.request")
    if import_string("otpguard.database.sqlite_mode.is_ours")():
        path = "otpguard.database.sqlite_mode.begin_immediate"
        connection_created.connect(_by_name(path), weak=False, dispatch_uid=path)
