"""Notices in words: brand, action, time and what to do; nothing that a user typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from otpguard.core.assurance import Channel
from otpguard.core.segments import ONE_SEGMENT, septets
from otpguard.notices.details import check_details
from otpguard.notices.kinds import KINDS, Detail, NoticeKind
from otpguard.notices.wording import Telling, compose_notice
from tests.notices.details import NAMED
from tests.po_files import LANGUAGES

AT = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
SECURITY, SUPPORT = "https://app.acme.example/security/", "https://help.acme.example/"


def telling(kind: NoticeKind, **changed: Any) -> Telling:
    """A notice with all the details that its kind takes."""
    details = check_details(kind, {str(name): NAMED[name][0] for name in KINDS[kind].details})
    base = Telling(kind=kind, brand="Acme", at=AT, details=details, security=SECURITY)
    return replace(base, **{"support": SUPPORT, **changed})


NOT_ABOUT_ONES_ACCOUNT = {
    NoticeKind.SIGNUP_EMAIL,
    NoticeKind.PASSWORD_RESET,
    NoticeKind.EMAIL_CONFIRM,
    NoticeKind.PROVIDER_ALARMED,
    NoticeKind.SPEND_ALARMED,
}


@pytest.mark.parametrize("bare", [False, True], ids=["full", "bare"])
def test_every_email_names_brand_action_and_time(bare: bool) -> None:
    less = {"details": {}, "security": "", "support": ""} if bare else {}
    for kind in NoticeKind:
        subject, text = compose_notice(Channel.EMAIL, telling(kind, **less))
        assert subject == f"Acme: {KINDS[kind].action}"
        assert f"    {KINDS[kind].action}\n    2026-05-01 12:30 UTC\n" in text, kind
        assert "Acme" in text, kind
        assert "we never call" in text.lower(), kind
        assert text == text.strip(), kind
        assert "\n\n\n" not in text, kind
        assert "None" not in text, kind


def test_every_email_says_what_to_do_when_it_was_somebody_else() -> None:
    """NIST SP 800-63B-4, 4.6: how to repudiate."""
    for kind in set(NoticeKind) - NOT_ABOUT_ONES_ACCOUNT:
        if KINDS[kind].audience:
            continue  # about an organization: the next test
        _, text = compose_notice(Channel.EMAIL, telling(kind))
        assert SECURITY in text, kind
        assert SUPPORT in text, kind
        no_link = {
            name: text for name, text in telling(kind).details.items() if name != Detail.LINK
        }
        bare = telling(kind, details=no_link, security="", support="")
        _, without = compose_notice(Channel.EMAIL, bare)
        assert "http" not in without, kind
        assert "your administrator" in without, kind
        assert "log in to acme" in without.lower(), kind


def test_every_email_about_an_organization_says_whom_to_talk_to() -> None:
    for kind in NoticeKind:
        if not KINDS[kind].audience:
            continue
        _, text = compose_notice(Channel.EMAIL, telling(kind))
        assert SUPPORT in text, kind
        if Detail.BY in KINDS[kind].details:
            assert "b••••" in text, kind
            assert "192.0.2.7" in text, kind
        assert "evil.example" not in text, kind


def test_the_email_about_a_billing_change_shows_both_values_and_the_lock() -> None:
    _, text = compose_notice(Channel.EMAIL, telling(NoticeKind.BILLING_CHANGED))
    assert "card: •••• 4242 → ••••" in text
    assert "within 72 hours" in text
    assert "https://acme.example/a/" in text


def test_the_email_that_asks_for_confirmation_says_that_silence_is_no() -> None:
    _, text = compose_notice(Channel.EMAIL, telling(NoticeKind.EMAIL_CONFIRM))
    assert "https://acme.example/a/" in text
    assert "24 hours" in text
    assert "do nothing" in text
    assert SECURITY not in text, "its reader may have no account here"


def test_the_email_of_a_sign_up_names_no_account_and_says_where_to_open_it() -> None:
    _, text = compose_notice(Channel.EMAIL, telling(NoticeKind.SIGNUP_EMAIL))
    assert "https://acme.example/a/" in text
    assert "in the browser in which you began" in text
    assert "30 minutes" in text
    assert "do nothing" in text
    assert "account" not in text
    assert SECURITY not in text, "its reader may have no account here"


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (NoticeKind.FACTOR_ADDED, "Passkey or security key: +1 ••• ••23"),
        (NoticeKind.FACTOR_CHANGED, "The new number counts from 2026-05-01 12:00 UTC."),
        (NoticeKind.FACTOR_RESET, "Sensitive actions wait until 2026-05-01 12:00 UTC."),
        (NoticeKind.RECOVERY_USED, "7 recovery codes are left."),
        (NoticeKind.PROVIDER_ALARMED, 'The provider "memory" sends no codes any more'),
        (NoticeKind.EXCEPTION_EXPIRES, "The exception is for: Create or rotate an API key"),
        (NoticeKind.EXCEPTION_EXPIRES, "It ends at 2026-05-01 12:00 UTC."),
        (NoticeKind.ENROLLMENT_DUE, "It is due by 2026-05-01 12:00 UTC."),
    ],
)
def test_a_detail_is_said_in_words(kind: NoticeKind, says: str) -> None:
    assert says in compose_notice(Channel.EMAIL, telling(kind))[1]


def test_a_checkpoint_that_is_gone_by_now_is_named_as_it_was() -> None:
    late = telling(NoticeKind.EXCEPTION_EXPIRES, details={"checkpoint": "gone_by_now"})
    assert "The exception is for: gone_by_now" in compose_notice(Channel.EMAIL, late)[1]


@pytest.mark.parametrize(("left", "says"), [("1", "1 recovery code is"), ("0", "0 recovery codes")])
def test_the_codes_left_are_counted_down_to_none(left: str, says: str) -> None:
    email = telling(NoticeKind.RECOVERY_USED, details={"left": left})
    assert says in compose_notice(Channel.EMAIL, email)[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_message_fits_one_segment(language: str) -> None:
    for kind in NoticeKind:
        wide = telling(kind, brand="B" * 20, support="", language=language)
        subject, text = compose_notice(Channel.SMS, wide)
        assert subject == "", kind
        assert septets(text) <= ONE_SEGMENT, (kind, septets(text), text)


def test_a_text_message_names_brand_action_time_and_whom_to_tell() -> None:
    _, text = compose_notice(Channel.SMS, telling(NoticeKind.FACTOR_CHANGED))
    assert text == (
        f"Acme: Your phone number was replaced, 2026-05-01 12:30 UTC. Not you? {SUPPORT}"
    )
    _, text = compose_notice(
        Channel.SMS, telling(NoticeKind.FACTOR_CHANGED, security="", support="")
    )
    assert text.endswith("Not you? Tell your administrator.")


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
def test_nothing_in_a_notice_is_escaped_for_html(channel: Channel) -> None:
    odd = telling(NoticeKind.CLONE_SUSPECTED, brand="Müller & 'Söhne'", support="https://a/?b&c")
    subject, text = compose_notice(channel, odd)
    assert "Müller & 'Söhne'" in text
    assert "https://a/?b&c" in text
    assert "&amp;" not in subject + text


def test_a_host_may_reword_one_kind_of_text_message(settings: Any, tmp_path: Path) -> None:
    folder = tmp_path / "otpguard" / "messages"
    folder.mkdir(parents=True)
    (folder / "notice.factor_added.sms.txt").write_text("{{ brand }}: hello {{ factor }}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    _, text = compose_notice(Channel.SMS, telling(NoticeKind.FACTOR_ADDED))
    assert text == "Acme: hello Passkey or security key"
    assert "hello" not in compose_notice(Channel.SMS, telling(NoticeKind.FACTOR_REMOVED))[1]


def test_a_notice_speaks_the_language_of_its_reader(settings: Any, tmp_path: Path) -> None:
    folder = tmp_path / "otpguard" / "messages"
    folder.mkdir(parents=True)
    (folder / "notice.email.subject.txt").write_text(
        "{% load i18n %}{% get_current_language as now %}{{ now }}"
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    assert (
        compose_notice(Channel.EMAIL, telling(NoticeKind.RECOVERY_ISSUED, language="de"))[0] == "de"
    )
