"""Hardware tokens as a PSKC file (RFC 6030), which most makers deliver.

Time-based tokens are read (the TOTP profile); the others, and whatever a key's own policy
forbids, are mistakes (RFC 6030, 5: what is not understood there must not be used). A signature of
the file is not checked: what vouches for a secret is its MAC under the key that came with it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from otpguard.core.text import gettext_noop as _
from otpguard.core.token_file import (
    MOST_ROWS,
    Person,
    TokenRow,
    Tokens,
    WrongTokenError,
    is_too_large,
    read_algorithm,
    read_digits,
    read_drift,
    read_model,
    read_period,
    read_serial,
)
from otpguard.core.totp import InvalidSeedError, Seed
from otpguard.factors.pskc_key import Protection
from otpguard.factors.pskc_xml import Element, InvalidXmlError, parse_xml

SPACE: Final = "urn:ietf:params:xml:ns:keyprov:pskc"
_DECLARATION = re.compile(r"\A[\ufeff\s]*<\?xml[^>]*\?>|\A\ufeff")
"""Removed: pasted text may have blanks before it, and its encoding no longer applies."""
_TOTP = (":totp", "#totp")
_PERSON = ("uid=", "cn=", "emailaddress=")
"""What names a person in a distinguished name."""


def is_pskc(content: str) -> bool:
    """True for what can only be XML."""
    return content.lstrip("\ufeff \t\r\n").startswith("<")


def read_pskc(content: str, *, key: str = "", now: datetime, owned: bool = False) -> Tokens:
    """All tokens that can be read and every mistake in the order of lines.

    `key` is the pre-shared key in hex or base64, or the passphrase. `owned` says that a list of
    owners goes with it: then no token has to name a person.
    """
    found = Tokens()
    if is_too_large(content):
        found.wrong(1, _("The file is larger than 8 MiB."))
        return found
    try:
        container = parse_xml(_DECLARATION.sub(_same_lines, content, count=1))
    except InvalidXmlError as error:
        found.wrong(error.line, _("From here on, the XML cannot be read."))
        return found
    if (container.name, container.space) != ("KeyContainer", SPACE):
        found.wrong(container.line, _("This is not a PSKC file (RFC 6030)."))
        return found
    protection = Protection(container, key)
    unreadable = protection.check()
    if unreadable is not None:
        found.wrong(*unreadable)
        return found
    _read_keys(container, protection, found, now=now, owned=owned)
    return found.ended()


def _read_keys(
    container: Element, protection: Protection, found: Tokens, *, now: datetime, owned: bool
) -> None:
    keys = ((package, key) for package in container.all("KeyPackage") for key in package.all("Key"))
    for count, (package, key) in enumerate(keys, start=1):
        if count > MOST_ROWS:
            found.wrong(key.line, _("There are more than 5,000 tokens."))
            return
        try:
            _check_policy(key, now)
            found.add(_row(package, key, protection, owned=owned))
        except (WrongTokenError, InvalidSeedError) as error:
            found.wrong(key.line, str(error))


def _row(package: Element, key: Element, protection: Protection, *, owned: bool) -> TokenRow:
    if not key.attributes.get("Algorithm", "").lower().endswith(_TOTP):
        raise WrongTokenError(_("The token is not time-based (TOTP, RFC 6238)."))
    device, data = package.at("DeviceInfo"), key.at("Data")
    secret = data.at("Secret") if data else None
    if data is None or secret is None:
        raise WrongTokenError(_("The secret is missing."))
    serial = device.text_at("SerialNo") if device else ""
    return TokenRow(
        line=key.line,
        serial=read_serial(serial or key.attributes.get("Id", "")),
        person=Person() if owned else _person(key, device),
        seed=Seed(
            key=protection.secret_of(secret),
            digits=_digits(key),
            period=read_period(data.text_at("TimeInterval", "PlainValue")),
            algorithm=read_algorithm(key.text_at("AlgorithmParameters", "Suite")),
        ),
        model=read_model(device.text_at("Model")) if device else "",
        drift=read_drift(data.text_at("TimeDrift", "PlainValue")),
    )


def _digits(key: Element) -> int:
    shown = key.at("AlgorithmParameters", "ResponseFormat")
    said = shown.attributes if shown else {}
    if said.get("Encoding", "DECIMAL") != "DECIMAL" or said.get("CheckDigits") in {"true", "1"}:
        raise WrongTokenError(_("The token's codes are not digits only."))
    return read_digits(said.get("Length", ""))


def _person(key: Element, device: Element | None) -> Person:
    """Who is named: a login name or an e-mail address, bare or in a distinguished name."""
    said = key.text_at("UserId") or (device.text_at("UserId") if device else "")
    if not said:
        raise WrongTokenError(_("The file does not name the token's user: add a list of owners."))
    for part in said.split(","):
        name = part.strip()
        if name.lower().startswith(_PERSON):
            said = name.partition("=")[2].strip()
            break
    return Person(user=said, email=said)


def _check_policy(key: Element, now: datetime) -> None:
    """Raises WrongTokenError for a key that may not serve for codes now (RFC 6030, 5)."""
    policy = key.at("Policy")
    for rule in policy.children if policy else ():
        if rule.name == "StartDate" and _moment(rule.text) > now:
            raise WrongTokenError(_("The token is not valid yet."))
        if rule.name == "ExpiryDate" and _moment(rule.text) <= now:
            raise WrongTokenError(_("The token has expired."))
        if rule.name not in {"StartDate", "ExpiryDate", "KeyUsage"}:
            raise WrongTokenError(_("The token's policy has a rule that is not supported."))
    usages = {rule.text for rule in policy.all("KeyUsage")} if policy else set()
    if usages and "OTP" not in usages:
        raise WrongTokenError(_("The token's policy does not allow codes."))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongTokenError(_("A date cannot be read.")) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _same_lines(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")
