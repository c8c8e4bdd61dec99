"""Addresses of the step-up pages."""

from __future__ import annotations

from django.urls import path

from otpguard.web.views import choose, code, enroll

urlpatterns = [
    path("step-up/<str:token>/", choose.choose, name="choose"),
    path("enroll/<str:token>/", enroll.enroll, name="enroll"),
    path("enroll/<str:token>/<slug:kind>/", enroll.enroll, name="enroll-kind"),
    path("challenge/<uuid:challenge_id>/", code.code, name="code"),
    path("challenge/<uuid:challenge_id>/again/", code.again, name="again"),
    path("challenge/<uuid:challenge_id>/cancel/", code.cancel, name="cancel"),
    path("challenge/<uuid:challenge_id>/report/", code.report, name="report"),
    path("challenge/<uuid:challenge_id>/continue/", code.go_on, name="continue"),
    path("status/<str:reference>/", code.status, name="status"),
]
