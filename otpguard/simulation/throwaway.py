"""A database of the simulation's own, and the settings that it runs with.

The project's data are never touched: while the block runs, the connection of this thread leads to
a new SQLite file or a new PostgreSQL database, and nothing that is queued reaches a broker, a
vendor or a mailbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.apps import apps
from django.conf import settings as django_settings
from django.core.mail.backends.dummy import EmailBackend
from django.db import connections
from django.db.models import Model
from django.test.utils import override_settings

from otpguard.channels.providers.memory import SENT
from otpguard.database import alias
from otpguard.simulation.assumptions import (
    COUNTRIES,
    EXPECTED_STRANGERS,
    PEOPLE_A_DAY,
    PRICE_ELSEWHERE,
    PRICES,
)
from otpguard.simulation.stores import ThrowAway

_PROVIDER = "simulated"
_REPLACED = frozenset(
    {
        *("PROVIDERS", "ROUTES", "PRICES", "WORKER", "LIMITER", "TEST_NUMBERS", "PHONE_CONSENT"),
        *("FOOTPRINT", "NETWORK_FILES", "CAPTCHA"),
    }
)
"""What of OTPGUARD is not taken over from the project: whom messages go to, what counts by another
clock, where people are, and what would say something else about made-up IP addresses than about
real ones. A consent text is not asked of simulated people either."""


@contextmanager
def simulated_world(
    store: ThrowAway, *, kept: str = "", keep_as: str = "", people_a_day: float = PEOPLE_A_DAY
) -> Iterator[None]:
    """Run the block on the database of `store`: new, or as it was `kept`; at its end it is kept as
    `keep_as`, if that is given, and dropped. `people_a_day` is how many the site expects.

    Raises DatabaseInUseError for one that is there already, which stays as it is. Use it in a
    process that does nothing else: what the process has cached stays.
    """
    name = alias()
    old = connections[name]
    entry = store.options(old.settings_dict)
    store.create(kept)
    configured = connections.settings[name]
    connections.settings[name] = entry
    del connections[name]
    try:
        with override_settings(**_django_settings(people_a_day)):
            if not kept:
                _create_tables(name)
            SENT.clear()
            yield
    finally:
        connections[name].close()
        if keep_as:
            store.keep(keep_as)
        store.drop_database()
        connections.settings[name] = configured
        connections[name] = old


def _create_tables(name: str) -> None:
    """Only ours and those that they refer to, by no migration: on SQLite those take ten times as
    long, and those of other apps may do anything."""
    wanted: list[type[Model]] = []
    for model in apps.get_app_config("otpguard").get_models():
        _with_referred(model, wanted)
    with connections[name].schema_editor() as editor:
        for model in wanted:
            editor.create_model(model)


def _with_referred(model: type[Model], wanted: list[type[Model]]) -> None:
    if model in wanted or not model._meta.managed or model._meta.proxy:  # noqa: SLF001 (Django's documented Meta API)
        return
    wanted.append(model)
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):  # noqa: SLF001 (the same)
        if isinstance(field.related_model, type):
            _with_referred(field.related_model, wanted)


def _django_settings(people_a_day: float) -> dict[str, Any]:
    own = getattr(django_settings, "OTPGUARD", {})
    kept = {key: value for key, value in own.items() if key not in _REPLACED}
    dummy = f"{EmailBackend.__module__}.{EmailBackend.__qualname__}"
    email: dict[str, Any] = (
        {"MAILERS": {"default": {"BACKEND": dummy}}}
        if django.VERSION >= (6, 1)
        else {"EMAIL_BACKEND": dummy}
    )
    return {
        **email,
        # The same keys everywhere, for what is counted by a blind index is then the same too.
        "SECRET_KEY": "otpguard simulation",
        "SECRET_KEY_FALLBACKS": [],
        # It would keep each statement, and on SQLite run another one to write it down.
        "DEBUG": False,
        "OTPGUARD": {
            **kept,
            "FOOTPRINT": list(COUNTRIES),
            "MONEY": {**_expected(people_a_day), **kept.get("MONEY", {})},
            "WORKER": "inline",  # a command serves no requests: rows stay for the run to send
            "PROVIDERS": {
                _PROVIDER: {
                    "BACKEND": "otpguard.channels.providers.memory.Memory",
                    "OPTIONS": {"channels": ["sms", "email"]},
                }
            },
            "PRICES": [
                _price("", PRICE_ELSEWHERE),
                *(_price(country, micros) for country, micros in PRICES.items()),
            ],
        },
    }


def _expected(people_a_day: float) -> dict[str, object]:
    """What a site says of the strangers that it expects, until it has a habit."""
    percents = {country: int(100 * share) for country, share in COUNTRIES.items()}
    return {
        "EXPECTED_SIGNUPS_PER_DAY": round(EXPECTED_STRANGERS * people_a_day),
        "EXPECTED_COUNTRIES": {country: each for country, each in percents.items() if each},
    }


def _price(country: str, micros: int) -> dict[str, object]:
    return {"PROVIDER": _PROVIDER, "CHANNEL": "sms", "COUNTRY": country, "PER_TRY": micros}
