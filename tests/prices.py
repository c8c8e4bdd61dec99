"""Prices that tests set: rows of the table, by their parts."""

from __future__ import annotations

from datetime import date
from typing import Any

from otpguard.channels import prices
from otpguard.models import Price


def price(**changed: Any) -> Price:
    """A price of text messages by the memory provider, from 2026 on and everywhere."""
    base = {"provider": "memory", "channel": "sms", "valid_from": date(2020, 1, 1)}
    made = Price.objects.create(**{**base, **changed})
    prices.forget()
    return made
