"""What was enrolled with django-otp's plugins is taken over once, encrypted, without a replay."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser
from django.test import modify_settings
from django.utils import timezone
from django_otp import oath
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from otpguard.core import shipped_kinds
from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import AnswerReason
from otpguard.exceptions import NotAllowed
from otpguard.factors import totp
from otpguard.factors.base import Missed, Shown
from otpguard.flows.factor.import_otp import STATIC, TOTP, import_otp
from otpguard.flows.factor.import_run import Imported
from otpguard.flows.session.revoke import remove_factor
from otpguard.models import Event, Factor, Notice, RecoveryCode
from otpguard.testing.racing import race
from tests import factories
from tests.models.rows import raw

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)


def command() -> RequestFacts:
    return RequestFacts(now=timezone.now())


def take(**known: Any) -> tuple[Imported, Imported]:
    """What came of the TOTP devices and of the static ones."""
    result = import_otp(facts=command(), **known)
    apps, codes = result[TOTP], result[STATIC]
    assert apps is not None
    assert codes is not None
    return apps, codes


NOTHING = Imported(added=0, known=0)
ONE = Imported(added=1, known=0)


def device(user: AbstractUser | None = None, **known: Any) -> Any:
    return TOTPDevice.objects.create(user=user or factories.user(), name="My app", **known)


def tokens(user: AbstractUser, *texts: str, confirmed: bool = True) -> Any:
    made = StaticDevice.objects.create(user=user, name="Backup", confirmed=confirmed)
    for text in texts:
        made.token_set.create(token=text)
    return made


def shown_by(of: Any, moment: datetime) -> str:
    """What django-otp itself expects of the device."""
    code = oath.TOTP(of.bin_key, of.step, of.t0, of.digits, of.drift)
    code.time = moment.timestamp()
    return str(code.token()).zfill(of.digits)


# --- authenticators ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"digits": 8, "step": 60, "drift": 3, "tolerance": 9},
        *({"drift": off} for off in (1, 2, -2, -5)),
    ],
)
def test_an_authenticator_works_on_with_the_codes_it_showed_before(known: dict[str, Any]) -> None:
    old = device(**known)
    assert take() == (ONE, NOTHING)
    factor = Factor.objects.get()
    assert (factor.user, factor.tenant, factor.kind) == (old.user, None, "totp")
    assert (factor.name, factor.confirmed, factor.hardware) == ("My app", True, False)
    assert isinstance(totp.verify(factor, shown_by(old, NOW), now=NOW), Shown)


def test_a_name_is_taken_over_without_what_cannot_be_seen() -> None:
    TOTPDevice.objects.create(user=factories.user(), name="My\u202e app")
    take()
    assert Factor.objects.get().name == "My app"


def test_its_key_is_encrypted_at_rest() -> None:
    old = device()
    take()
    factor = Factor.objects.get()
    assert totp.seed_of(factor).key.hex() == old.key
    assert old.key not in raw(factor, "secret")
    assert totp.seed_of(factor).base32 not in raw(factor, "secret")


def test_a_code_that_was_used_with_django_otp_is_used() -> None:
    old = device(last_t=int(NOW.timestamp()) // 30)
    take()
    shown = totp.verify(Factor.objects.get(), shown_by(old, NOW), now=NOW)
    assert shown == Missed(reason=AnswerReason.USED)


def test_what_is_not_confirmed_stays_behind() -> None:
    device(confirmed=False)
    tokens(factories.user(), "abc", confirmed=False)
    assert take() == (Imported(added=0, known=0, unconfirmed=1), NOTHING)
    assert not Factor.objects.exists()


def test_twice_adds_nothing() -> None:
    user = factories.user()
    device(user)
    device(user)
    tokens(user, "abcdefgh")
    assert take() == (Imported(added=2, known=0), ONE)
    assert take() == (Imported(added=0, known=2), Imported(added=0, known=1))
    assert (Factor.objects.count(), RecoveryCode.objects.count()) == (3, 1)
    device(user)
    assert take()[0] == Imported(added=1, known=2)


def test_what_its_owner_removed_since_does_not_come_back() -> None:
    user = factories.user()
    device(user)
    tokens(user, "abcdefgh")
    take()
    for factor in Factor.objects.all():
        remove_factor(facts=command(), factor=factor, reason="lost")
    assert [each.known for each in take()] == [1, 1]
    assert not Factor.objects.exists()


def test_what_cannot_be_taken_over_is_said_and_the_rest_is_taken() -> None:
    late, short, rubbish = device(t0=10), device(key="00" * 15), device(key="xyz")
    device()
    result, _codes = take()
    assert (result.added, result.known) == (1, 0)
    assert tuple(map(str, result.mistakes)) == (
        f"otp_totp/{late.pk}: its steps are not counted from 1970 (t0 must be 0)",
        f"otp_totp/{short.pk}: The secret is too short: it must have at least 128 bits.",
        f"otp_totp/{rubbish.pk}: its key is not hex",
    )
    assert Factor.objects.count() == Event.objects.filter(kind="factor.provisioned").count() == 1


def test_a_dry_run_counts_the_same_and_writes_nothing() -> None:
    user = factories.user()
    device(user)
    device(user, t0=1)
    tokens(user, "abcdefgh")
    dry = take(dry_run=True)
    assert not Factor.objects.exists()
    assert not Event.objects.exists()
    assert not Notice.objects.exists()
    assert dry == take()


def test_every_one_is_written_down() -> None:
    old = device()
    take()
    row = Event.objects.get(kind="factor.provisioned")
    assert row.subject_ref == str(old.user.pk)
    assert json.loads(row.body)["data"] == {
        "factor": str(Factor.objects.get().pk),
        "kind": "totp",
        "source": "django-otp",
        "serial": f"otp_totp/{old.pk}",
        "enrolled_at": old.created_at.isoformat(),
    }
    assert old.key not in row.body


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_add_each_once() -> None:
    user = factories.user()
    device(user)
    tokens(user, "abcdefgh")

    def run() -> int:
        return sum(each.added for each in take())

    assert sum(race(run, threads=2)) == 2
    assert (Factor.objects.count(), RecoveryCode.objects.count()) == (2, 1)


# --- recovery codes ----------------------------------------------------------------------------


def test_static_tokens_become_one_set_of_slowly_hashed_codes() -> None:
    user = factories.user()
    tokens(user, "abcdefgh", "ijklmnop")
    tokens(user, "qrstuvwx", "abcdefgh")
    tokens(user, "hidden", confirmed=False)
    tokens(factories.user())
    assert take() == (NOTHING, ONE)
    factor = Factor.objects.get()
    assert (factor.user, factor.tenant, factor.kind) == (user, None, "recovery")
    assert factor.confirmed
    codes = list(RecoveryCode.objects.filter(factor=factor, used_at=None))
    assert len(codes) == 3
    for text in ("abcdefgh", "ijklmnop", "qrstuvwx"):
        assert sum(check_password(text, code.digest) for code in codes) == 1
        assert not any(text in code.digest for code in codes)
    assert all("$" in code.digest for code in codes)


@pytest.mark.parametrize("hasher", ["PBKDF2PasswordHasher", "ScryptPasswordHasher"])
def test_the_digests_of_djangos_own_hashers_fit(settings: Any, hasher: str) -> None:
    settings.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{hasher}"]
    tokens(factories.user(), "abcdefgh")
    take()
    code = RecoveryCode.objects.get()
    assert check_password("abcdefgh", code.digest)


def test_whoever_has_recovery_codes_keeps_them() -> None:
    user = factories.user()
    own = Factor.objects.create(user=user, kind=shipped_kinds.RECOVERY.slug, name="Codes")
    tokens(user, "abcdefgh")
    assert take() == (NOTHING, Imported(added=0, known=1))
    assert Factor.objects.get() == own


# --- who and where -----------------------------------------------------------------------------


def test_only_the_site_may() -> None:
    tenant = factories.tenant()
    person = factories.member(tenant).user
    for facts in (factories.facts(person, tenant), factories.facts(person)):
        with pytest.raises(NotAllowed, match="site"):
            import_otp(facts=facts)


def test_without_the_plugins_there_is_nothing_to_do() -> None:
    plugins = [name for name in django_settings.INSTALLED_APPS if "otp.plugins" in name]
    assert len(plugins) == 2
    with modify_settings(INSTALLED_APPS={"remove": plugins}):
        assert import_otp(facts=command()) == {TOTP: None, STATIC: None}
