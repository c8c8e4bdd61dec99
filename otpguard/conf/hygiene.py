"""The setting HYGIENE: throw-away mailboxes, and how many one number may serve."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import get_type_hints

from otpguard.conf.values import SettingsError, mapping, of_type
from otpguard.core.registry import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class HygieneConfig:
    """Limits of what one phone number and one e-mail domain may be used for.

    `domains_file` has further throw-away domains, one a line; a line with `!` before it takes one
    off the list. In `number_days` days a number may come to serve `number_tenants` tenants. It may
    be in `number_accounts` accounts, or `number_accounts_strict` while the tenant is strict. A
    count of 0 is no limit.
    """

    domains_file: str = ""
    number_days: int = 30
    number_tenants: int = 3
    number_accounts: int = 3
    number_accounts_strict: int = 2


def read_hygiene(value: object) -> HygieneConfig:
    """HYGIENE with its defaults. Raises SettingsError (E001, E002)."""
    known = {each.name.upper(): each.name for each in fields(HygieneConfig)}
    types = get_type_hints(HygieneConfig)
    found = {}
    for key, given in mapping(value).items():
        if key not in known:
            hint = nearest(key, list(known))
            raise SettingsError("otpguard.E001", f'unknown "{key}", {hint}')
        found[known[key]] = of_type(given, types[known[key]])
    return HygieneConfig(**found)
