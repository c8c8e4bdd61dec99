"""A flow that acts for somebody and writes rows asks `otpguard.flows.scope` whose they may be."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import pytest

from tests.house.calls import Name, calls_of, parsed, reaching, top_functions
from tests.house.source import PACKAGE, Function, modules
from tests.house.writes import writes

ROOMS = ("flows", "grants", "factors", "channels", "tenants", "sessions.py", "account.py")
"""Where a flow's writes may stand: in its own file, in another flow, in a driver."""

SCOPE = "otpguard.flows.scope"
OWN_FACTOR = ("otpguard.flows.factor.own_factor", "own_factor")
"""Finds a factor of the person who asks, or raises: as good as asking."""

_BY_SESSION = "finds its rows by the login session, person and tenant of the request"
_BY_BROWSER = "finds its rows by the browser and tenant of an anonymous request"
_BY_KEY = "finds its rows by the tenant of the key that calls"
_BY_PERSON = "finds its rows by the person who asks"
_NEW_OWN = "makes rows of the person who asks, and names nobody else"
_FALLS = "follows the deletion of a row by the host, who has decided that it may be"
_STEP = "is a step of flows that have found out whose the rows are"

DO_NOT_ASK = {
    "verification.start.start_verification": _BY_KEY,
    "verification.check.check_verification": _BY_KEY,
    "key.holder.end_keys_everywhere": _STEP,
    "key.holder.end_keys_of": _STEP,
    "key.ledger.end_record": _STEP,
    "approval.approve.ask_approval": "writes a request, and whoever decides it is asked then",
    "challenge.answer.answer_challenge": _BY_SESSION,
    "challenge.close.cancel_open": _STEP,
    "challenge.close.repudiate_challenge": _BY_PERSON,
    "challenge.lock_out.finish_lock_out": _STEP,
    "challenge.lock_out.lock_out": _STEP,
    "challenge.prove.prove_factor": _STEP,
    "challenge.resend.resend_code": _BY_SESSION,
    "challenge.count_try.count_try": _STEP,
    "challenge.open.open_challenge": _STEP,
    "challenge.start.start_challenge": _BY_SESSION,
    "checkpoint.guard.require": "spends one use of a proof of this login session",
    "checkpoint.kept_form.keep_form": _NEW_OWN,
    "pumping.attempt.enrollment_attempt": "notes that the tenant of the request is in use",
    "pumping.intel.owned_number.withheld_channels": _STEP,
    "pumping.attempt.visitor_attempt": "notes that the tenant of the request is in use",
    "pumping.money.lockdown.lock_down_by_link": "the token of the link is the permission",
    "release.billing_lock.lock_by_link": "the token of the link is the permission",
    "emergency.tell.tell_everybody": "tells about a change, and the flow of that change has asked",
    "closure.cancel.cancel_closure_by_link": "the token of the link is the permission",
    "closure.cancel.end_closing": _STEP,
    "erase.erase_person": _FALLS,
    "erase.erase_tenant": _FALLS,
    "factor.reset.locked": _STEP,
    "factor.recovery_codes.make_recovery_codes": _NEW_OWN,
    "number.answer.answer_number_challenge": _BY_BROWSER,
    "number.attach.attach_claim": _BY_BROWSER,
    "number.claim.use_claim": _BY_BROWSER,
    "number.start.start_number_challenge": "makes rows of the browser that asks, and names no user",
    "number.email_link.send_email_link": "makes a row of the browser that asks; names no user",
    "number.identity.missing_identity": "keeps what vendors say of the numbers of the person",
    "password_reset.repudiate.repudiate_reset": "the token of the link is the permission",
    "password_reset.request_link.request_reset_link": "writes a job that names no user",
    "notice.emails.add_email": _NEW_OWN,
    "notice.emails.confirm_email": "finds its row by a token that only the mailbox has",
    "notice.emails.remove_email": _BY_PERSON,
    "notice.notify.notify": "tells about a change, and the flow of that change has asked",
    "notice.notify.queue_notice": _STEP,
    "federation.accept.accept_sign_in": _BY_SESSION,
    "federation.signals.receive_signal": "reaches the tenant of the stream whose key has signed",
    "federation.domain.look_at": "the nightly look; that of a person is check_domain, which asks",
    "federation.provisioned.link_provisioned": "the tenant's domain and directory say whose it is",
    "federation.request.send_off": _NEW_OWN,
    "federation.request.take_back": _BY_SESSION,
    "release.cancel.cancel_by_link": "the token of the link is the permission",
    "release.download.begin_download": _BY_PERSON,
    "notice.tell.tell_one": _STEP,
    "notice.tell.tell_tenant": "tells about a change, and the flow of that change has asked",
    "session.devices.remember_device": _NEW_OWN,
    "session.login.begin_login": _NEW_OWN,
    "session.login_risk.evaluate_login": _NEW_OWN,
    "session.login_risk.ask_about_sim": _BY_SESSION,
    "session.login.end_login": "ends the login session of the request",
    "release.approved.ask_for_release": _STEP,
    "release.hold.start_on_site": "the host's admin has given the rights already, after a proof",
    "session.revoke.end_grants": _STEP,
    "session.revoke.end_last_sessions": _STEP,
    "session.revoke.end_logins_in_one_tenant": _STEP,
    "session.revoke.end_own_grant": _BY_PERSON,
    "tenant.new_admin.tell_of_import": "tells about a change whose flow has asked",
    "shadow.keep_shadow": "copies what the host's directory says, whoever asks",
}


def acts_for_somebody(function: Function) -> bool:
    """True for a public function that takes the facts of a request."""
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return not function.name.startswith("_") and any(
        argument.arg == "facts" and getattr(argument.annotation, "id", "") == "RequestFacts"
        for argument in arguments
    )


def silent_writers(modules_: Iterable[tuple[str, ast.Module]]) -> set[Name]:
    """The public flows that act for somebody and write, and do not ask about reach."""
    known = list(modules_)
    calls = calls_of(known)
    found = {(name, each.name): each for name, module in known for each in top_functions(module)}
    asking = {key for named in calls.values() for key in named if key[0] == SCOPE} | {OWN_FACTOR}
    writing = {key for key, function in found.items() if any(writes(function))}
    return {
        key
        for key in reaching(writing, calls) - reaching(asking, calls)
        if key[0].startswith("otpguard.flows.") and key in found and acts_for_somebody(found[key])
    }


def test_every_flow_that_writes_for_somebody_asks_whose_rows_it_may_reach() -> None:
    silent = silent_writers(parsed(modules(*[PACKAGE / room for room in ROOMS])))
    names = {f"{module.removeprefix('otpguard.flows.')}.{name}" for module, name in silent}
    assert names - set(DO_NOT_ASK) == set()
    assert set(DO_NOT_ASK) - names == set(), "no longer needs its place on the list"


DIRECT = (
    "def change(*, facts: RequestFacts, tenant):\n    Tenant.objects.filter(pk=tenant).update(a=1)"
)
BY_HELPER = (
    f"{DIRECT.replace('def change', 'def _write')}\ndef change(facts: RequestFacts):\n    _write()"
)
IMPORTING = "from otpguard.flows.scope import check_tenant\nfrom otpguard.flows import scope\n"


@pytest.mark.parametrize(
    "source",
    [
        DIRECT,
        BY_HELPER,
        f"{IMPORTING}{DIRECT}",
        f"{IMPORTING}{DIRECT}\n    check_tenant = print",
        "from otpguard.grants import store\ndef change(facts: RequestFacts):\n    store.revoke(1)",
    ],
)
def test_the_law_sees_a_flow_that_writes_and_does_not_ask(source: str) -> None:
    store = "def revoke(grant):\n    grant.save()"
    written = [("otpguard.grants.store", store), ("otpguard.flows.x", source)]
    silent = silent_writers((name, ast.parse(text)) for name, text in written)
    assert silent == {("otpguard.flows.x", "change")}


@pytest.mark.parametrize(
    "source",
    [
        f"{IMPORTING}{DIRECT}\n    check_tenant(facts, tenant)",
        f"{IMPORTING}{DIRECT}\n    scope.is_site(facts)",
        f"{IMPORTING}{DIRECT}\n    _check(facts)\ndef _check(facts):\n    check_tenant(facts, 1)",
        "def change(*, facts: RequestFacts):\n    return Tenant.objects.filter(pk=1).first()",
        "def receive(*, facts: list[ReceiptFact]):\n    Receipt.objects.create(a=1)",
        "def sweep(*, now):\n    Challenge.objects.filter(pk=1).delete()",
        DIRECT.replace("def change", "def _change"),
    ],
)
def test_the_law_lets_be_what_asks_reads_or_acts_for_nobody(source: str) -> None:
    assert silent_writers([("otpguard.flows.x", ast.parse(source))]) == set()
