"""What Meta says of a sender, by its documented answers and webhooks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from otpguard.channels.base import Sender
from otpguard.channels.inbound import SenderChange, SenderState, TemplateState
from otpguard.channels.providers.meta_senders import (
    changes_of,
    keywords_of,
    number_path,
    state_of,
    templates_path,
)
from otpguard.channels.providers.meta_whatsapp import MetaWhatsApp
from otpguard.core.keywords import Keyword
from otpguard.core.outcome import Failure, Unavailable
from otpguard.testing.vendor_server import Reply, url_without_a_vendor, vendor
from otpguard.transport.exchange import Response
from tests.vendors.meta import ACCOUNT, NUMBER, TEMPLATE, TOKEN, graph, template_status, told

SENDER = Sender(account=ACCOUNT, number_id=NUMBER, template=TEMPLATE, language="en_US")
AT = datetime.fromtimestamp(1_750_000_000, tz=UTC)


def meta(base: str) -> MetaWhatsApp:
    return MetaWhatsApp(
        phone_number_id="1",
        token=TOKEN,
        whatsapp_business_account="2",
        whatsapp_template_name="other",
        base=base,
        connect=1,
        read=1,
    )


def read(rule: Any, sender: Sender = SENDER) -> SenderState | Unavailable:
    with vendor(rule) as server:
        return meta(server.url).read_sender(sender)


def test_name_badge_status_and_category_are_read() -> None:
    assert read(graph()) == SenderState(
        display_name="Acme", badge=True, category="AUTHENTICATION", approval=TemplateState.APPROVED
    )
    paused = read(graph(status="PAUSED", official=False, category="UTILITY"))
    assert paused == SenderState(
        display_name="Acme", badge=False, category="UTILITY", approval=TemplateState.PAUSED
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("APPROVED", TemplateState.APPROVED),
        ("PENDING", TemplateState.PENDING),
        ("IN_APPEAL", TemplateState.PENDING),
        ("REJECTED", TemplateState.REJECTED),
        ("PAUSED", TemplateState.PAUSED),
        ("DISABLED", TemplateState.DISABLED),
        ("ARCHIVED", TemplateState.DISABLED),
        ("PENDING_DELETION", TemplateState.DISABLED),
        ("DELETED", TemplateState.MISSING),
        ("SOMETHING_NEW", TemplateState.PENDING),
    ],
)
def test_only_the_word_approved_makes_a_template_usable(status: str, state: TemplateState) -> None:
    found = read(graph(status=status))
    assert isinstance(found, SenderState)
    assert found.approval is state


def test_a_template_of_that_name_in_another_language_is_another_one() -> None:
    found = read(graph(language="de"))
    assert isinstance(found, SenderState)
    assert (found.approval, found.category) == (TemplateState.MISSING, "")


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (Reply(400, {"error": {"code": 190}}), Failure.AUTH_CONFIG),
        (Reply(400, {"error": {"code": 100}}), Failure.AUTH_CONFIG),
        (Reply(200, {"error": {"code": 190}}), Failure.AUTH_CONFIG),
        (Reply(403, b""), Failure.AUTH_CONFIG),
        (Reply(500, b""), Failure.TRANSIENT),
        (Reply(200, b"<html>"), Failure.TRANSIENT),
        (Reply(200, {}), Failure.TRANSIENT),
        (Reply(200, []), Failure.TRANSIENT),
    ],
)
def test_what_cannot_be_read_is_not_known(reply: Reply, failure: Failure) -> None:
    found = read(lambda _received: reply)
    assert isinstance(found, Unavailable)
    assert found.failure is failure


def test_a_vendor_that_is_away_is_not_known() -> None:
    assert isinstance(meta(url_without_a_vendor()).read_sender(SENDER), Unavailable)


def test_an_answer_about_half_of_it_is_none() -> None:
    good = Response(status=200, body=json.dumps({"id": NUMBER, "verified_name": "A"}).encode())
    listed = Response(status=200, body=b'{"data": []}')
    assert state_of(SENDER, good, Response(status=200, body=b"{}")) is None
    assert state_of(SENDER, Response(status=200, body=b"{}"), listed) is None
    strange = Response(status=200, body=b'{"id": "1", "verified_name": ["x"]}')
    found = state_of(SENDER, strange, listed)
    assert found is not None
    assert (found.display_name, found.badge) == ("", False)


def test_a_name_is_kept_without_what_cannot_be_seen() -> None:
    found = read(graph(name="A\u202ecme " + "x" * 100))
    assert isinstance(found, SenderState)
    assert found.display_name == "Acme " + "x" * 59


def test_what_a_record_names_becomes_no_other_path() -> None:
    odd = Sender(account="1/../me", number_id="2?x=", template="a&b")
    assert number_path(odd).startswith("2%3Fx%3D?fields=")
    assert templates_path(odd).startswith("1%2F..%2Fme/message_templates?name=a%26b&")


# --- webhooks ------------------------------------------------------------------------------------


def changes(body: object) -> tuple[SenderChange, ...]:
    return changes_of(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("event", "approval"),
    [
        ("APPROVED", TemplateState.APPROVED),
        ("REINSTATED", TemplateState.APPROVED),
        ("PAUSED", TemplateState.PAUSED),
        ("DISABLED", TemplateState.DISABLED),
        ("REJECTED", TemplateState.REJECTED),
        ("DELETED", TemplateState.MISSING),
        ("FLAGGED", None),
        ("LOCKED", None),
        ("LIMIT_EXCEEDED", None),
        ("SOMETHING_NEW", None),
    ],
)
def test_a_status_update_tells_of_one_template(event: str, approval: TemplateState | None) -> None:
    assert changes(template_status(event)) == (
        SenderChange(
            account=ACCOUNT, template=TEMPLATE, language="en_US", approval=approval, at=AT
        ),
    )


def test_a_category_that_is_to_change_is_still_the_present_one() -> None:
    about = {"message_template_name": TEMPLATE, "message_template_language": "en-US"}
    done = {**about, "previous_category": "AUTHENTICATION", "new_category": "MARKETING"}
    coming = {**about, "correct_category": "MARKETING", "new_category": "AUTHENTICATION"}
    for value, category in ((done, "MARKETING"), (coming, "AUTHENTICATION")):
        [change] = changes(told("template_category_update", value))
        assert (change.category, change.approval) == (category, None)


def test_a_name_that_changed_names_no_template() -> None:
    about = {"display_phone_number": "15550783881", "decision": "APPROVED"}
    [change] = changes(told("phone_number_name_update", about))
    assert change == SenderChange(account=ACCOUNT, at=AT)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"entry": 7},
        {"entry": [{"changes": [{"field": "message_template_status_update", "value": 7}]}]},
        told("messages", {"statuses": []}),
        told("message_template_status_update", {"event": "APPROVED"}),
        told("template_category_update", {"new_category": "MARKETING"}),
    ],
)
def test_what_names_nothing_tells_nothing(body: object) -> None:
    assert changes(body) == ()
    assert keywords_of(json.dumps(body).encode(), own=NUMBER) == ()


def written(body: object, **changed: object) -> dict[str, object]:
    message = {"from": "12015550100", "id": "wamid.1", "type": "text", "text": {"body": body}}
    metadata = {"display_phone_number": "15550783881", "phone_number_id": NUMBER}
    return told("messages", {"metadata": metadata, "messages": [{**message, **changed}]})


def test_a_keyword_that_somebody_wrote_is_heard_with_the_number_it_went_to() -> None:
    [fact] = keywords_of(json.dumps(written("Stop")).encode(), own=NUMBER)
    assert (fact.keyword, fact.number, fact.reference) == (
        Keyword.STOP,
        "+12015550100",
        "wamid.1",
    )
    assert (fact.sender, fact.elsewhere, fact.answered) == (NUMBER, False, False)
    [fact] = keywords_of(json.dumps(written("Stop")).encode(), own="1")
    assert (fact.sender, fact.elsewhere) == (NUMBER, True)


@pytest.mark.parametrize(
    "body",
    [
        written("hello"),
        written(["STOP"]),
        written("STOP", text="STOP"),
        written("STOP", id=""),
        written("STOP", **{"from": "12"}),
        written("STOP", **{"from": "x"}),
        written("STOP", **{"from": None}),
    ],
)
def test_everything_else_is_passed_over(body: object) -> None:
    assert keywords_of(json.dumps(body).encode(), own=NUMBER) == ()
