"""The Django application of the demo."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Django's handle on the demo."""

    name = "demo_project"
    label = "demo"
    verbose_name = "Acme CRM"
    default_auto_field = "django.db.models.BigAutoField"
