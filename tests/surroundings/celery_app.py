"""The Celery application of a scratch host."""

from __future__ import annotations

from celery import Celery

app = Celery("surroundings")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
