"""Checks of what signs and guards the audit log."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages

from otpguard.audit.publishers.base import PublishError
from otpguard.audit.publishers.stored import open_storage
from otpguard.audit.signers import RootKeySigner, head_signer
from otpguard.checks.codes import error, warning
from otpguard.conf import Settings, settings
from otpguard.core.registry import nearest
from otpguard.transport.exchange import checked_url

DERIVED = f"{RootKeySigner.__module__}.{RootKeySigner.__qualname__}"


def signer() -> Iterable[CheckMessage]:
    """E147: it must load."""
    try:
        head_signer()
    except (ImportError, TypeError, ValueError) as wrong:
        yield error("otpguard.E147", str(wrong))


def places(mine: Settings) -> Iterable[CheckMessage]:
    """E161, E236: the storages and the directory must be there."""
    config = mine.audit_publish
    for alias in mine.storage_regions:
        if alias not in storages.backends:
            hint = nearest(alias, list(storages.backends))
            yield error("otpguard.E236", f'"{alias}", {hint}')
    for alias in filter(None, (config.storage, config.tiles)):
        try:
            open_storage(alias)
        except PublishError as wrong:
            yield error("otpguard.E161", str(wrong))
    if config.directory and not os.access(config.directory, os.W_OK):
        yield error("otpguard.E161", f"{config.directory} is not a writable directory.")
    urls = [config.webhook.url] if config.webhook else []
    for url in (*urls, *(each.url for each in config.witnesses.values())):
        try:
            checked_url(url)
        except ValueError as wrong:
            yield error("otpguard.E161", f"{urlsplit(url).hostname}: {wrong}")


def check_audit_log(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E144, W143, W147, W160, W170: what the audit log of a production project must have."""
    found: list[CheckMessage] = []
    try:
        mine = settings()
    except ImproperlyConfigured:
        return []  # check_settings has said so
    if not mine.installation:
        detail = 'Choose one for good, such as "audit.example.com/7f3c2a90", before there is data.'
        found.append(error("otpguard.E144", detail))
    if not mine.audit_triggers:
        found.append(warning("otpguard.W143", "Set it to False in the settings of tests only."))
    if mine.audit_signer.backend == DERIVED:
        detail = "Give AUDIT_SIGNER a key of its own, and keep it away from the database."
        found.append(warning("otpguard.W147", detail))
    if not mine.audit_publish.is_on:
        detail = "Set AUDIT_PUBLISH to a place that nobody of the database can change."
        found.append(warning("otpguard.W160", detail))
    if not mine.erasure_journal:
        detail = 'Name a file, or "storage:<alias>", that is not part of the same backups.'
        found.append(warning("otpguard.W170", detail))
    return found
