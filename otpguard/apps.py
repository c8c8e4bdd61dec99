"""The Django application: connects receivers and registers checks when the registry is ready."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

# By name: these modules need the models, which are not there yet when this one is imported.
ON_READY = (
    "otpguard.web.receivers.connect",
    "otpguard.checks.connect",
    "otpguard.tasks.connect",
)


class OtpguardConfig(AppConfig):
    """Django's handle on otpguard."""

    name = "otpguard"
    label = "otpguard"
    verbose_name = _("Step-up MFA")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect Django's login signals and register the system checks."""
        for path in ON_READY:
            import_string(path)()
