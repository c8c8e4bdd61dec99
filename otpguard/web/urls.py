"""URLs of the step-up pages, the pages of visitors, the Security page and its subpages."""

from __future__ import annotations

from django.urls import path

from otpguard.web import log_out, webhook
from otpguard.web.billing import changes, lock
from otpguard.web.closure import cancel_link as closure_link
from otpguard.web.email_change import undo
from otpguard.web.embed.answer import embed_answer
from otpguard.web.embed.email import embed_email
from otpguard.web.embed.form import embed_form
from otpguard.web.embed.link import embedded_link
from otpguard.web.embed.start import embed_start
from otpguard.web.number import code as number_code
from otpguard.web.number import email, enter, lockdown
from otpguard.web.password_reset import not_me, steps
from otpguard.web.release import cancel_link, files
from otpguard.web.release import pages as release_pages
from otpguard.web.security import (
    add_factor,
    change_number,
    directory_link,
    emails,
    recovery_codes,
    remove_factor,
    rename_factor,
    security,
    sign_out,
)
from otpguard.web.stepup import choose, code, enroll, status
from otpguard.web.team import (
    approvals,
    emergency,
    holds,
    keys,
    log,
    members,
    overview,
    policies,
    policy_versions,
    provisioning,
    sign_in,
    sign_in_rule,
    streams,
    trust,
)
from otpguard.web.token_client import confirm

urlpatterns = [
    path("step-up/<str:token>/", choose.choose, name="choose"),
    path("enroll/<str:token>/", enroll.enroll, name="enroll"),
    path("enroll/<str:token>/<slug:kind>/", enroll.enroll, name="enroll-kind"),
    path("challenge/<uuid:challenge_id>/", code.code, name="code"),
    path("challenge/<uuid:challenge_id>/again/", code.again, name="again"),
    path("challenge/<uuid:challenge_id>/cancel/", code.cancel, name="cancel"),
    path("challenge/<uuid:challenge_id>/repudiate/", code.repudiate, name="repudiate"),
    path("challenge/<uuid:challenge_id>/continue/", code.go_on, name="continue"),
    path("client/<str:token>/", confirm.confirm_for_client, name="client"),
    path("client/<str:token>/done/", confirm.back_to_client, name="client-done"),
    path("number/<str:token>/", enter.enter_number, name="number"),
    path("number/<str:token>/email/", email.ask_email, name="number-email"),
    path("email-link/<str:token>/", email.email_link, name="email-link"),
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
    path("reset/", steps.choose_factor, name="reset"),
    path("reset/code/<uuid:challenge_id>/", steps.reset_code, name="reset-code"),
    path("reset/code/<uuid:challenge_id>/again/", steps.reset_again, name="reset-again"),
    path("reset/code/<uuid:challenge_id>/cancel/", steps.reset_cancel, name="reset-cancel"),
    path("reset/code/<uuid:challenge_id>/continue/", steps.reset_continue, name="reset-continue"),
    path("undo-email/<str:token>/", undo.undo_email, name="undo-email"),
    path("reset/not-me/<str:token>/", not_me.reset_not_me, name="reset-not-me"),
    path("lockdown/<str:token>/", lockdown.lockdown, name="lockdown"),
    path("billing/", changes.billing_changes, name="billing-changes"),
    path("billing/<uuid:change_id>/lift/", changes.lift, name="billing-lift"),
    path("billing/lock/<str:token>/", lock.billing_lock, name="billing-lock"),
    path("embed/form/", embed_form, name="embed-form"),
    path("embed/email/", embed_email, name="embed-email"),
    path("embed/link/<str:token>/", embedded_link, name="embedded-link"),
    path("embed/start/", embed_start, name="embed-start"),
    path("embed/answer/", embed_answer, name="embed-answer"),
    path("status/<str:token>/", status.status, name="status"),
    path("log-out/", log_out.log_out, name="log-out"),
    path("", security.security, name="security"),
    path("add/", add_factor.choose_kind, name="add"),
    path("add/<slug:kind>/", add_factor.add, name="add-kind"),
    path("directories/", directory_link.directory_links, name="directories"),
    path("directories/<uuid:entry_id>/", directory_link.answer_directory, name="directory-answer"),
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
    path("releases/", release_pages.releases, name="releases"),
    path("releases/<uuid:release_id>/", release_pages.release, name="release"),
    path("releases/<uuid:release_id>/cancel/", release_pages.cancel, name="release-cancel"),
    path("releases/<uuid:release_id>/manifest/", files.manifest, name="release-manifest"),
    path("releases/<str:token>/file/", files.release_file, name="release-file"),
    path("cancel-release/<str:token>/", cancel_link.cancel_release, name="cancel-release"),
    path("team/", overview.overview, name="team"),
    path("team/rules/", policies.policies, name="team-policies"),
    path("team/rules/<str:checkpoint>/", policies.policy, name="team-policy"),
    path("team/rules/<str:checkpoint>/try/", policies.try_change, name="team-policy-try"),
    path("team/rules/<str:checkpoint>/save/", policies.save, name="team-policy-save"),
    path(
        "team/rules/<str:checkpoint>/versions/",
        policy_versions.versions,
        name="team-policy-versions",
    ),
    path(
        "team/rules/<str:checkpoint>/back/",
        policy_versions.roll_back,
        name="team-policy-back",
    ),
    path("team/log/", log.log, name="team-log"),
    path("team/log/<uuid:event_id>/", log.event, name="team-event"),
    path("team/log/<uuid:event_id>/file/", log.event_file, name="team-event-file"),
    path("team/members/", members.members, name="team-members"),
    path("team/members/<uuid:member_id>/", members.member, name="team-member"),
    path("team/members/<uuid:member_id>/remind/", members.remind, name="team-remind"),
    path("team/members/<uuid:member_id>/reset/", members.reset, name="team-reset"),
    path("team/provisioning/", provisioning.provisioning, name="team-provisioning"),
    path("team/provisioning/make/", provisioning.make_token, name="team-make-token"),
    path(
        "team/provisioning/<uuid:token_id>/renew/",
        provisioning.renew_token,
        name="team-renew-token",
    ),
    path("team/provisioning/<uuid:token_id>/end/", provisioning.end_token, name="team-end-token"),
    path(
        "team/provisioning/removals/let-through/",
        provisioning.decide_removed,
        {"decision": "let-through"},
        name="team-let-through",
    ),
    path(
        "team/provisioning/removals/refuse/",
        provisioning.decide_removed,
        {"decision": "refuse"},
        name="team-refuse-removals",
    ),
    path("team/provisioning/groups/<uuid:group_id>/", provisioning.group, name="team-group"),
    path("team/sign-in/", sign_in.sign_in, name="team-sign-in"),
    path("team/sign-in/add/", sign_in.add_sign_in, name="team-add-sign-in"),
    path("team/sign-in/only/", sign_in_rule.set_sign_in_rule, name="team-sign-in-rule"),
    path("team/sign-in/only/who/", sign_in_rule.who_is_kept_out, name="team-kept-out"),
    path("team/sign-in/<uuid:provider_id>/", sign_in.provider, name="team-provider"),
    path(
        "team/sign-in/<uuid:provider_id>/change/",
        sign_in.change_sign_in,
        name="team-change-sign-in",
    ),
    path("team/sign-in/<uuid:provider_id>/test/", sign_in.reach_sign_in, name="team-test-sign-in"),
    path("team/sign-in/<uuid:provider_id>/capture/", sign_in.capture, name="team-capture"),
    path(
        "team/sign-in/<uuid:provider_id>/switch/",
        sign_in.switch_sign_in,
        name="team-switch-sign-in",
    ),
    path(
        "team/sign-in/<uuid:provider_id>/remove/",
        sign_in.remove_sign_in,
        name="team-remove-sign-in",
    ),
    path("team/streams/", streams.streams, name="team-streams"),
    path("team/streams/add/", streams.add_stream, name="team-add-stream"),
    path("team/streams/<uuid:stream_id>/", streams.stream, name="team-stream"),
    path(
        "team/streams/<uuid:stream_id>/<slug:change>/",
        streams.change_stream,
        name="team-change-stream",
    ),
    path("team/trust/", trust.trust, name="team-trust"),
    path("team/trust/head/", trust.trust_file, name="team-trust-file"),
    path("team/trust/verifier/", trust.verifier, name="team-verifier"),
    path("approvals/", approvals.approvals, name="approvals"),
    path(
        "approvals/<uuid:approval_id>/approve/",
        approvals.decide,
        {"decision": "approve"},
        name="approve",
    ),
    path(
        "approvals/<uuid:approval_id>/refuse/",
        approvals.decide,
        {"decision": "refuse"},
        name="refuse",
    ),
    path("holds/", holds.holds, name="holds"),
    path("holds/keep-open/", holds.keep_open, name="keep-open"),
    path("holds/<uuid:hold_id>/lift/", holds.lift, name="lift-hold"),
    path("keys/", keys.api_keys, name="api-keys"),
    path("keys/make/", keys.make_key, name="make-key"),
    path("keys/<uuid:key_id>/renew/", keys.renew_key, name="renew-key"),
    path("keys/<uuid:key_id>/delete/", keys.delete_key, name="delete-key"),
    path("emergency/", emergency.emergency, name="emergency"),
    path("emergency/envelope/", emergency.make, name="make-envelope"),
    path("emergency/enter/", emergency.enter, name="enter-emergency"),
    path("emergency/<uuid:access_id>/end/", emergency.end_emergency, name="end-emergency"),
    path("cancel-closure/<str:token>/", closure_link.cancel_closure, name="cancel-closure"),
    path("webhooks/<str:provider>/", webhook.webhook, name="webhook"),
    path("webhooks/<str:provider>/<str:secret>/", webhook.webhook, name="secret-webhook"),
]
