"""The doctor reads the site as it is: providers, broker, clocks, timers, notices, registrations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, current_app
from django.db import OperationalError, connection
from django.utils import timezone

from otpguard.core.advice import Finding
from otpguard.flows.doctor import examine_project, skew_of
from otpguard.models import Delivery, Factor, Notice, PolicyWish, TenDlcRegistration
from tests import factories
from tests.authenticator import Authenticator
from tests.celery_app import app
from tests.channels.vendors import provider
from tests.flows.setting import stopped
from tests.network_files import write_network_file
from tests.ports import free_port
from tests.worker import CeleryWorker

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
QUICK = 0.1


@pytest.fixture(autouse=True)
def _no_broker() -> Iterator[None]:
    """Nobody listens, so no test waits for workers; one below has a broker of its own."""
    here = current_app._get_current_object()
    with Celery("away", broker=f"redis://127.0.0.1:{free_port()}/0") as away:
        away.set_current()
        yield
    here.set_current()


def found(topic: str, **asked: Any) -> list[Finding]:
    asked.setdefault("clock", timezone.now)
    return [each for each in examine_project(ping_seconds=QUICK, **asked) if each.topic == topic]


def levels(topic: str, **asked: Any) -> list[str]:
    return [str(each.level) for each in found(topic, **asked)]


def ten_dlc(**changed: Any) -> TenDlcRegistration:
    base = {"provider": "own", "brand": "Acme", "campaign": "otp", "vetting": "standard"}
    return TenDlcRegistration.objects.create(**{**base, **changed})


def test_a_site_in_order_is_well_but_for_the_broker_that_is_away() -> None:
    assert levels("providers") == ["ok"]
    assert set(levels("routes")) == {"ok"}
    assert levels("broker") == ["error"]
    assert levels("clock") == levels("sweeper") == levels("notices") == ["ok"]


def test_a_provider_that_does_not_load_is_an_error_and_nobody_asks_for_routes(
    settings: Any,
) -> None:
    broken = {"BACKEND": "otpguard.channels.providers.memory.Memory", "OPTIONS": {"colour": "red"}}
    settings.OTPGUARD = {"PROVIDERS": {"sms": broken}}
    (only,) = found("providers")
    assert (str(only.level), "colour" in only.text) == ("error", True)
    assert found("routes") == []


def test_a_channel_without_a_provider_is_told_of(settings: Any) -> None:
    memory = {"BACKEND": "otpguard.channels.providers.memory.Memory"}
    settings.OTPGUARD = {"PROVIDERS": {"sms": {**memory, "OPTIONS": {"channels": ["sms"]}}}}
    assert levels("routes") == ["ok", "warning", "warning", "warning", "hint"]


def test_receipts_that_would_be_turned_away_are_told_of(settings: Any) -> None:
    assert found("receipts") == [], "no provider sends receipts"
    options = {"account_sid": "AC" + "0" * 32, "auth_token": "t", "sender": "+12015550100"}
    texts = {
        "BACKEND": "otpguard.channels.providers.twilio_messaging.TwilioMessaging",
        "OPTIONS": {**options, "status_callback": "https://acme.example/x/"},
    }
    settings.OTPGUARD = {"PROVIDERS": {"texts": texts}}
    assert levels("receipts") == ["warning"]
    assert "WEBHOOK_BASE_URL" in found("receipts")[0].text
    settings.OTPGUARD = {**settings.OTPGUARD, "WEBHOOK_BASE_URL": "https://acme.example"}
    assert levels("receipts") == ["ok"]


@pytest.mark.parametrize(("off", "level"), [(0, "ok"), (5, "error"), (-5, "error")])
def test_a_clock_that_is_off_is_an_error(off: int, level: str) -> None:
    def clock() -> datetime:
        return timezone.now() + off * SECOND

    if connection.vendor == "sqlite":  # has no clock of its own
        off, level = 0, "ok"
    assert levels("clock", clock=clock) == [level]
    assert abs(skew_of(clock) + off * SECOND) < SECOND


def test_a_timer_that_nobody_swept_and_a_code_that_nobody_sent_are_told_of() -> None:
    challenge = stopped().start()
    now = timezone.now()
    Delivery.objects.update(created_at=now)
    assert levels("sweeper") == ["ok"], "it has only just been queued"
    factories.age(challenge, due_at=now - 10 * SECOND)
    Delivery.objects.update(created_at=now - 60 * SECOND)
    assert levels("sweeper") == ["warning", "error"]
    factories.age(challenge, expires_at=now - SECOND)
    assert levels("sweeper") == ["ok"], "it is over: the next round closes it"


def test_notices_that_wait_or_failed_are_told_of() -> None:
    now = timezone.now()
    base = {"kind": "factor_added", "channel": "email", "destination": "a@b.example"}
    Notice.objects.create(**base, created_at=now - timedelta(minutes=59))
    assert levels("notices") == ["ok"]
    Notice.objects.create(**base, created_at=now - timedelta(minutes=61))
    Notice.objects.create(**base, state="failed", created_at=now - DAY)
    Notice.objects.create(**base, state="failed", created_at=now - 8 * DAY)
    assert [each.text.split()[0] for each in found("notices")] == ["1", "1"]


def test_keys_and_relying_party_are_looked_at(settings: Any) -> None:
    assert levels("keys") == ["hint"], "SECRET_KEY serves"
    assert levels("passkeys") == ["hint"]
    factories.passkey_factor(factories.user(), Authenticator(origin="https://acme.example"))
    assert levels("passkeys") == ["warning"]
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "ROOT_KEYS": ["n" * 40, "o" * 40],
        "INDEX_KEYS": ["i" * 40],
        "RELYING_PARTY_ID": "acme.example",
        "RELYING_PARTY_ORIGINS": ["https://acme.example"],
    }
    assert levels("keys") == ["hint"], "a change is under way"
    assert levels("passkeys") == ["ok"]


def test_trusted_makers_are_asked_for_where_none_is_trusted(settings: Any) -> None:
    wishes = {"attested_only": True}
    PolicyWish.objects.create(checkpoint="api_key", version=1, current=True, wishes=wishes)
    assert levels("passkeys") == ["hint", "error"]
    settings.OTPGUARD = {**settings.OTPGUARD, "ATTESTATION_ROOTS": ["roots.pem"]}
    assert levels("passkeys") == ["hint"]


def test_advice_goes_by_the_text_messages_of_thirty_days_or_by_the_plan() -> None:
    challenge = stopped().start()
    Delivery.objects.filter(challenge=challenge).update(channel="sms", country="US")
    assert found("10DLC")[0].text.startswith("1 messages a month")
    Delivery.objects.update(country="DE")
    assert found("10DLC")[0].text.startswith("0 messages a month")
    assert levels("10DLC", volume=60_000) == ["hint"]
    assert levels("10DLC", volume=600_000) == ["warning"]
    ten_dlc(status="approved")
    assert levels("10DLC", volume=60_000) == ["ok", "ok"]


def test_ten_dlc_registrations_are_told_of_with_their_days() -> None:
    now = timezone.now()
    ten_dlc(status="submitted", submitted_at=now, interim="memory")
    texts = [each.text for each in found("10DLC")]
    assert f"submitted on {now:%Y-%m-%d}, expected by {now + 42 * DAY:%Y-%m-%d}" in texts[1]
    assert "memory serves by its pre-approved route" in texts[2]
    ten_dlc(brand="Old", status="approved", expires_at=now - DAY)
    assert levels("10DLC")[-1] == "error"


def test_workers_are_asked_when_there_is_a_broker(redis_client: object) -> None:
    app.set_current()
    texts = [each.text for each in examine_project(clock=timezone.now, ping_seconds=1)]
    assert "Celery's broker answers." in texts
    assert any(text.startswith("None answered") for text in texts)


def test_a_site_that_sends_by_itself_is_told_so_and_nobody_is_asked(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "WORKER": "inline"}
    assert levels("workers") == ["warning"]
    assert levels("broker") == []


@pytest.mark.xdist_group("worker")
def test_a_worker_tells_how_its_last_sweep_went(
    transactional_db: None, celery_worker: CeleryWorker
) -> None:
    app.set_current()

    def told() -> list[str]:
        findings = examine_project(clock=timezone.now, ping_seconds=1)
        return [each.text for each in findings if "its last round ended" in each.text]

    celery_worker.wait_for(told)
    assert "rounds since it started" in told()[0]


def test_a_database_that_is_away_is_a_finding() -> None:
    def away(*_: object) -> None:
        raise OperationalError("the server\nis gone")

    with connection.execute_wrapper(away):
        (only,) = found("database")
    assert (str(only.level), only.text) == ("error", "It cannot be read: the server is gone")


def test_factors_of_kinds_that_are_not_installed_are_named() -> None:
    assert levels("factors") == []
    person = factories.user()
    for confirmed in (True, True, False):
        Factor.objects.create(user=person, kind="pigeon", confirmed=confirmed)
    (one,) = found("factors")
    assert one.text.startswith('2 of the kind "pigeon"')


def test_clients_whose_ip_address_cannot_be_read_are_told_of() -> None:
    assert levels("clients") == ["ok"]
    stopped().start(client_ip="")
    assert levels("clients") == ["warning"]


def test_clients_from_within_the_house_are_told_of_unless_proxies_are_counted(
    settings: Any,
) -> None:
    stopped().start(client_ip="10.0.0.1")
    assert levels("clients") == ["warning"]
    settings.OTPGUARD = {**settings.OTPGUARD, "TRUSTED_PROXIES": 1}
    assert levels("clients") == ["ok"]


def test_texts_from_a_number_of_ours_need_a_live_registration(settings: Any) -> None:
    settings.OTPGUARD = {"PROVIDERS": {"own": provider(channels=["sms"])}}
    assert levels("10DLC") == ["warning"], "nothing was texted yet"
    assert levels("10DLC", volume=1) == ["error"]
    row = ten_dlc(status="approved", expires_at=timezone.now() + 60 * DAY)
    assert levels("10DLC", volume=1) == ["ok", "ok"]
    factories.age(row, expires_at=timezone.now() - DAY)
    assert levels("10DLC", volume=1) == ["error", "error"]


def test_senders_and_brands_are_looked_at_with_their_price(settings: Any) -> None:
    price = {"PROVIDER": "own", "CHANNEL": "sms", "COUNTRY": "US", "PER_TRY": 7_900}
    settings.OTPGUARD = {
        "PROVIDERS": {"own": provider(channels=["sms"]), "w": provider(channels=["whatsapp"])},
        "BRAND": "Żabka",
        "PRICES": [price],
    }
    assert levels("segments") == ["warning"]
    assert "instead of $0.0079 with own to US" in found("segments")[0].text
    assert levels("whatsapp") == []
    factories.whatsapp_sender(approval="paused")
    assert levels("whatsapp") == ["error"]


def test_logins_by_a_back_end_that_is_not_listed_are_found(settings: Any) -> None:
    user = factories.user()
    factories.session(user, backend="django.contrib.auth.backends.ModelBackend")
    factories.session(user, backend="")
    factories.session(user, backend="acme.Links", started_at=timezone.now() - 40 * DAY)
    assert found("logins") == []
    for _ in range(2):
        factories.session(user, backend="acme.Links")
    (said,) = found("logins")
    assert "2 logins by acme.Links" in said.text
    assert '"LOGIN_BACKENDS": {"acme.Links": "password"}' in said.text
    settings.OTPGUARD = {**settings.OTPGUARD, "LOGIN_BACKENDS": {"acme.Links": "none"}}
    assert found("logins") == []


def test_the_data_of_the_pumping_defense_is_looked_at(settings: Any, tmp_path: Path) -> None:
    assert (levels("network"), levels("mailboxes")) == (["warning"], ["ok"])
    new = write_network_file(tmp_path / "new.mmdb")
    old = write_network_file(tmp_path / "old.mmdb", built_at=timezone.now() - 61 * DAY)
    mine = settings.OTPGUARD
    for files, level in (([new], "ok"), ([old], "warning"), ([tmp_path / "none"], "error")):
        settings.OTPGUARD = {**mine, "NETWORK_FILES": [str(each) for each in files]}
        assert levels("network") == [level]
