"""The guard as doors call it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_safe

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.decision import Deny, Reason, RequireChallenge
from otpguard.core.send_options import USUAL, send_options
from otpguard.exceptions import StepUpRefused
from otpguard.http.guard import enforce, require
from otpguard.http.guard_state import RequestRefused, state_of
from otpguard.http.intents import KEPT_FORM
from otpguard.http.marker import Marker
from otpguard.models import Grant
from otpguard.testing import pass_step_up
from tests import factories
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


def refusal(request: Any, checkpoint: str = "api_key", **options: Any) -> RequestRefused:
    with pytest.raises(RequestRefused) as caught:
        require(request, checkpoint, **options)
    return caught.value


def test_without_a_proof_a_request_is_refused_with_what_it_asked(host: Host) -> None:
    request = request_of(host, "post", "/keys/", {"name": "ci"})
    refused = refusal(request, target="key 'ci'")
    assert isinstance(refused, StepUpRefused)
    assert isinstance(refused.decision, RequireChallenge)
    assert refused.decision.level is AssuranceLevel.AAL2
    assert refused.decision.factors == (str(host.factor.pk),)
    assert (refused.ask.checkpoint, refused.ask.target) == ("api_key", "key 'ci'")
    assert (refused.ask.user, refused.ask.tenant) == (str(host.user.pk), str(host.tenant.pk))
    assert refused.facts.sid == refused.ask.sid == factories.sid_of(host.client)


def test_with_a_proof_it_passes_and_the_guard_is_asked_once(
    host: Host, django_assert_num_queries: Any
) -> None:
    pass_step_up(host.client)
    request = request_of(host)
    assert require(request, "api_key").reason is Reason.PROVEN
    with django_assert_num_queries(0):
        assert require(request, "api_key").reason is Reason.PROVEN
    assert state_of(request).pending == []


def test_what_has_passed_opens_no_other_checkpoint_target_or_body(host: Host) -> None:
    request = request_of(host)
    grant = pass_step_up(host.client)
    require(request, "api_key", target="key 'ci'")
    Grant.objects.filter(pk=grant.pk).delete()
    require(request, "api_key", target="key 'ci'")
    refusal(request, "billing_change")
    refusal(request, "api_key", target="key 'cd'")
    refusal(request, "api_key", target="key 'ci'", body={"name": "cd"})


def test_a_refused_request_stays_refused(host: Host) -> None:
    request = request_of(host)
    refusal(request)
    refusal(request)
    assert state_of(request).passed == {}


def test_a_target_is_shown_without_characters_that_deceive(host: Host) -> None:
    refused = refusal(request_of(host), target="key \u202eevil\u0000\n" + "x" * 100)
    assert refused.ask.target.startswith("key evil xxx")
    assert len(refused.ask.target) == 80


def test_a_bound_proof_is_spent_by_one_request(host: Host) -> None:
    def asked() -> HttpRequest:
        return request_of(host, "post", "/roles/kim/", {"role": "owner"})

    refused = refusal(asked(), "role_grant")
    assert refused.ask.binds
    grant = pass_step_up(host.client, intent=refused.ask.intent)
    request = asked()
    assert require(request, "role_grant").spends
    assert state_of(request).spent == [str(grant.pk)]
    assert refusal(asked(), "role_grant").decision.reason is Reason.SPENT


def test_a_bound_proof_serves_no_other_body(host: Host) -> None:
    asked = request_of(host, "post", "/roles/kim/", {"role": "member"})
    pass_step_up(host.client, intent=refusal(asked, "role_grant").ask.intent)
    other = request_of(host, "post", "/roles/kim/", {"role": "owner"})
    assert refusal(other, "role_grant").decision.reason is Reason.OTHER_INTENT
    assert require(request_of(host, "post", "/roles/kim/", {"role": "member"}), "role_grant").spends


@pytest.mark.parametrize("method", ["get", "head", "options", "trace"])
def test_a_safe_method_binds_like_any_other_unless_the_view_only_reads(
    host: Host, method: str
) -> None:
    pass_step_up(host.client)
    refused = refusal(request_of(host, method), "role_grant")
    assert (refused.ask.binds, refused.decision.reason) == (True, Reason.OTHER_INTENT)
    assert refusal(request_of(host, method), "role_grant", reads_safely=False).ask.binds
    assert require(request_of(host, method), "role_grant", reads_safely=True).proof
    posted = request_of(host, "post", "/roles/kim/", {"role": "owner"})
    assert refusal(posted, "role_grant", reads_safely=True).ask.binds


def test_a_view_under_require_safe_only_reads(host: Host) -> None:
    pass_step_up(host.client)

    def declared(view: Any) -> HttpRequest:
        request = request_of(host, view="list")
        request.resolver_match.func = view
        return request

    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert require(declared(require_safe(view)), "role_grant").proof
    assert refusal(declared(require_safe(view)), "role_grant", reads_safely=False).ask.binds
    assert refusal(declared(require_GET(view)), "role_grant").ask.binds
    assert refusal(declared(view), "role_grant").ask.binds


def test_a_proof_for_reading_a_url_does_not_run_it_by_another_method(host: Host) -> None:
    refused = refusal(request_of(host, "get", "/roles/kim/"), "role_grant")
    pass_step_up(host.client, intent=refused.ask.intent)
    for method in ("delete", "post", "options", "trace"):
        asked = request_of(host, method, "/roles/kim/")
        assert refusal(asked, "role_grant").decision.reason is Reason.OTHER_INTENT
    assert require(request_of(host, "head", "/roles/kim/"), "role_grant").spends


def test_the_same_body_again_in_one_request_is_paid_for_once(host: Host) -> None:
    def asked() -> HttpRequest:
        return request_of(host, "post", "/roles/kim/", {"role": "owner"})

    body = {"groups": Group.objects.all()}
    Group.objects.bulk_create(Group(name=f"{n:02}") for n in range(25))
    refused = refusal(asked(), "role_grant", body=body)
    pass_step_up(host.client, intent=refused.ask.intent)
    request = asked()
    assert require(request, "role_grant", body=body).spends
    assert require(request, "role_grant", body={"groups": Group.objects.all()})
    fewer = {"groups": Group.objects.exclude(name="24")}
    assert refusal(request, "role_grant", body=fewer).decision.reason is Reason.OTHER_INTENT


def test_targets_that_are_shown_alike_do_not_share_what_has_passed(host: Host) -> None:
    long = "k" * 100
    request = request_of(host)
    grant = pass_step_up(host.client)
    require(request, "api_key", target=f"{long}1")
    Grant.objects.filter(pk=grant.pk).delete()
    refusal(request, "api_key", target=f"{long}2")
    refusal(request, "api_key", target=f"{long}1\u200b")


def test_a_proof_for_one_target_serves_none_that_is_shown_alike(host: Host) -> None:
    def asked(target: str) -> Any:
        return request_of(host, "post", "/roles/kim/", {}), {"target": target}

    request, target = asked("k" * 100 + "1")
    pass_step_up(host.client, intent=refusal(request, "role_grant", **target).ask.intent)
    request, target = asked("k" * 100 + "2")
    refused = refusal(request, "role_grant", **target)
    assert refused.decision.reason is Reason.OTHER_INTENT
    assert len(refused.ask.target) == 80


def test_what_cannot_be_bound_is_an_error_also_where_nothing_binds(host: Host) -> None:
    pass_step_up(host.client)
    with pytest.raises(TypeError, match="cannot bind a proof to a value of type object"):
        require(request_of(host), "billing_change", body={"x": object()})


def test_a_body_too_large_to_bind_is_refused_before_the_view(host: Host) -> None:
    pass_step_up(host.client)
    request = request_of(host, "post", "/roles/kim/", {"role": "owner"})
    request.META["CONTENT_LENGTH"] = "65537"
    with pytest.raises(RequestRefused) as refused:
        enforce(request, Marker(checkpoint="role_grant"), {})
    assert refused.value.decision == Deny(reason=Reason.BODY_TOO_LARGE)
    enforce(request, Marker(checkpoint="api_key"), {})


def test_a_refusal_remembers_how_the_codes_are_to_be_sent(host: Host) -> None:
    asked = send_options(preferred_methods=["voice"], fallback_timeout=30)
    call = {"preferred_methods": ["voice"], "fallback_timeout": 30}
    assert refusal(request_of(host), **call).ask.send_options == asked
    assert refusal(request_of(host)).ask.send_options == USUAL
    with pytest.raises(RequestRefused) as refused:
        enforce(request_of(host), Marker(checkpoint="api_key", send_options=asked), {})
    assert refused.value.ask.send_options == asked


@pytest.mark.parametrize(
    "call", [{"preferred_methods": ["smoke"]}, {"fallback_timeout": 0}, {"fallback_timeout": 121}]
)
def test_a_wrong_way_of_sending_is_told_also_to_who_has_proven(
    host: Host, call: dict[str, Any]
) -> None:
    """Else the mistake would wait for the first person who is asked."""
    pass_step_up(host.client)
    assert require(request_of(host), "api_key").reason is Reason.PROVEN
    with pytest.raises(ImproperlyConfigured, match=next(iter(call))):
        require(request_of(host), "api_key", **call)


@pytest.mark.parametrize(
    ("who", "reason"), [("visitor", Reason.NOT_LOGGED_IN), ("no tenant", Reason.NO_TENANT)]
)
def test_who_cannot_prove_anything_here_is_denied(host: Host, who: str, reason: Reason) -> None:
    if who == "no tenant":
        factories.select(host.client, None)
    request = request_of(None if who == "visitor" else host)
    assert refusal(request).decision == Deny(reason=reason)


def test_a_tenant_one_does_not_belong_to_denies_whatever_was_proven(host: Host) -> None:
    factories.select(host.client, factories.tenant())
    pass_step_up(host.client)
    assert refusal(request_of(host)).decision == Deny(reason=Reason.NOT_A_MEMBER)


class Wrapped(SimpleNamespace):
    """A request of another framework's."""


def wrapped(host: Host, auth: Any) -> Any:
    """A request as a framework that authenticates by itself hands it to a view."""
    inner = request_of(host, "post", "/api/keys/", "{}", content_type="application/json")
    return Wrapped(_request=inner, user=host.user, auth=auth, data={"name": "ci"})


def test_a_bearer_request_cannot_use_what_its_user_proved_in_a_browser(host: Host) -> None:
    pass_step_up(host.client)
    assert require(wrapped(host, auth=None), "api_key").reason is Reason.PROVEN
    refused = refusal(wrapped(host, auth="token"))
    assert not isinstance(refused.decision, Deny)
    assert refused.facts.sid == ""


def test_an_unknown_checkpoint_names_the_nearest(host: Host) -> None:
    with pytest.raises(ImproperlyConfigured, match='did you mean "billing_change"'):
        require(request_of(host), "billing_chnge")


@pytest.mark.parametrize("form_id", ["00000000-0000-4000-8000-000000000001", "no id", ""])
def test_a_kept_form_that_is_not_there_is_not_sent_on(host: Host, form_id: str) -> None:
    pass_step_up(host.client)
    request = request_of(host, "post", f"/keys/?{KEPT_FORM}={form_id}", {"name": "ci"})
    assert refusal(request).decision == Deny(reason=Reason.ALREADY_CONTINUED)
    assert require(request_of(host, "get", f"/keys/?{KEPT_FORM}={form_id}"), "api_key").proof


@pytest.fixture
def broken_table() -> Iterator[None]:
    """For the length of the test there is no table of grants; each read gets a savepoint."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE otpguard_grant RENAME TO otpguard_grant_away")
        yield
        transaction.set_rollback(True)


def test_a_store_that_does_not_answer_refuses(host: Host, broken_table: None) -> None:
    request = request_of(host)
    with pytest.raises(RequestRefused) as caught, transaction.atomic():
        require(request, "api_key")
    assert caught.value.decision == Deny(reason=Reason.STORE_UNAVAILABLE)


def test_what_one_user_passed_does_not_pass_for_another_in_the_same_request(host: Host) -> None:
    """A view that authenticates by itself may find out that somebody else asks."""
    pass_step_up(host.client)
    request = request_of(host)
    assert require(request, "api_key").proof
    request.user = factories.member(host.tenant).user
    assert refusal(request).ask.user == str(request.user.pk)


def test_a_target_may_be_a_lazy_translation(host: Host) -> None:
    pass_step_up(host.client)
    assert require(request_of(host), "api_key", target=gettext_lazy("Change how you pay")).proof
    refused = refusal(request_of(host), "role_grant", target=gettext_lazy("Change how you pay"))
    assert refused.ask.target == "Change how you pay"
