"""The Django application of the demo."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import import_string


class DemoConfig(AppConfig):
    """Django's handle on the demo."""

    name = "demo_project"
    label = "demo"
    verbose_name = "Acme CRM"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the events that Acme CRM writes, so that policies can name them."""
        import_string("demo_project.events.AuditEntryViewed")
