"""URLs of the step-up pages, the pages of visitors, the Security page and its subpages."""

from __future__ import annotations

from django.urls import path

from otpguard.web import log_out, webhook
from otpguard.web.number import code as number_code
from otpguard.web.number import enter
from otpguard.web.security import (
    add_factor,
    change_number,
    emails,
    recovery_codes,
    remove_factor,
    rename_factor,
    security,
    sign_out,
)
from otpguard.web.stepup import choose, code, enroll, status

urlpatterns = [
    path("step-up/<str:token>/", choose.choose, name="choose"),
    path("enroll/<str:token>/", enroll.enroll, name="enroll"),
    path("enroll/<str:token>/<slug:kind>/", enroll.enroll, name="enroll-kind"),
    path("challenge/<uuid:challenge_id>/", code.code, name="code"),
    path("challenge/<uuid:challenge_id>/again/", code.again, name="again"),
    path("challenge/<uuid:challenge_id>/cancel/", code.cancel, name="cancel"),
    path("challenge/<uuid:challenge_id>/repudiate/", code.repudiate, name="repudiate"),
    path("challenge/<uuid:challenge_id>/continue/", code.go_on, name="continue"),
    path("number/<str:token>/", enter.enter_number, name="number"),
    path("number/code/<uuid:challenge_id>/", number_code.number_code, name="number-code"),
    path("number/code/<uuid:challenge_id>/again/", number_code.number_again, name="number-again"),
    path(
        "number/code/<uuid:challenge_id>/cancel/", number_code.number_cancel, name="number-cancel"
    ),
    path(
        "number/code/<uuid:challenge_id>/continue/",
        number_code.number_continue,
        name="number-continue",
    ),
    path("status/<str:token>/", status.status, name="status"),
    path("log-out/", log_out.log_out, name="log-out"),
    path("", security.security, name="security"),
    path("add/", add_factor.choose_kind, name="add"),
    path("add/<slug:kind>/", add_factor.add, name="add-kind"),
    path("factors/<uuid:factor_id>/rename/", rename_factor.rename, name="rename-factor"),
    path("factors/<uuid:factor_id>/remove/", remove_factor.remove, name="remove-factor"),
    path("factors/<uuid:factor_id>/number/", change_number.change_number, name="change-number"),
    path("recovery-codes/", recovery_codes.recovery_codes, name="recovery-codes"),
    path("devices/<uuid:device_id>/forget/", sign_out.forget_device, name="forget-device"),
    path("grants/<uuid:grant_id>/end/", sign_out.end_grant, name="end-grant"),
    path("logins/end-others/", sign_out.sign_out_elsewhere, name="sign-out-elsewhere"),
    path("emails/add/", emails.add, name="add-email"),
    path("emails/<uuid:email_id>/remove/", emails.remove, name="remove-email"),
    path("emails/confirm/<str:token>/", emails.confirm, name="confirm-email"),
    path("webhooks/<str:provider>/", webhook.webhook, name="webhook"),
    path("webhooks/<str:provider>/<str:secret>/", webhook.webhook, name="secret-webhook"),
]
