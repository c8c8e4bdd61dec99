"""Addresses of the step-up pages and of the Security page with what hangs on it."""

from __future__ import annotations

from django.urls import path

from otpguard.web.views import (
    add_factor,
    addresses,
    change_number,
    choose,
    code,
    enroll,
    recovery_codes,
    remove_factor,
    rename_factor,
    security,
    tighten,
    webhook,
)

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
    path("", security.security, name="security"),
    path("add/", add_factor.choose_kind, name="add"),
    path("add/<slug:kind>/", add_factor.add, name="add-kind"),
    path("factors/<uuid:factor_id>/rename/", rename_factor.rename, name="rename-factor"),
    path("factors/<uuid:factor_id>/remove/", remove_factor.remove, name="remove-factor"),
    path("factors/<uuid:factor_id>/number/", change_number.change_number, name="change-number"),
    path("recovery-codes/", recovery_codes.recovery_codes, name="recovery-codes"),
    path("devices/<uuid:device_id>/forget/", tighten.forget_device, name="forget-device"),
    path("grants/<uuid:grant_id>/end/", tighten.end_grant, name="end-grant"),
    path("logins/end-others/", tighten.sign_out_elsewhere, name="sign-out-elsewhere"),
    path("addresses/add/", addresses.add, name="add-address"),
    path("addresses/<uuid:address_id>/remove/", addresses.remove, name="remove-address"),
    path("addresses/confirm/<str:token>/", addresses.confirm, name="confirm_address"),
    path("webhooks/<str:provider>/", webhook.webhook, name="webhook"),
    path("webhooks/<str:provider>/<str:secret>/", webhook.webhook, name="secret-webhook"),
]
