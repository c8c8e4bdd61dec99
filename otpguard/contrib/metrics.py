"""Numbers of the site for Prometheus and whatever reads its text format.

path("", include("otpguard.contrib.metrics")),

OTPGUARD = {"METRICS_TOKENS": [os.environ["METRICS_TOKEN"]]}
"""

from __future__ import annotations

from django.urls import path

from otpguard.web.metrics import metrics

__all__ = ["urlpatterns"]

urlpatterns = [path("metrics", metrics, name="otpguard_metrics")]
