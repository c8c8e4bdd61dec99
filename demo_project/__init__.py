"""Acme CRM: a small SaaS in which all seven checkpoints of otpguard can be tried.

Run it with `python manage.py demo`. Nothing here is part of otpguard; it is what a host writes.
"""

from __future__ import annotations

from demo_project.celery_app import app as celery_app

__all__ = ["celery_app"]
