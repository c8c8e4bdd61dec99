"""Look a number up: in the answers that are kept, then at the vendors, within one deadline."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import datetime

from otpguard.conf import settings
from otpguard.core.pumping.intel.number_cache import CachedAnswer, FactTerms, dump, load
from otpguard.core.pumping.intel.number_report import NOTHING_KNOWN, NumberQuery, NumberReport
from otpguard.database import transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.intel.number import NoAnswer, NumberVendor, number_vendors
from otpguard.intel.vendor_state import may_ask, note_result
from otpguard.models import NumberAnswer
from otpguard.models.fields import Encrypted
from otpguard.store_errors import STORE_ERRORS
from otpguard.vault import UndecryptableError

logger = logging.getLogger("otpguard.number_intel")


def look_up_number(query: NumberQuery, *, phone_index: str, ask: bool = True) -> NumberReport:
    """What is known about the facts that are wanted, from all vendors in their order.

    Each vendor is asked only for what those before it left open. What a vendor does not say, in
    time and in a way that can be understood, stays unknown. With `ask` off only kept answers count.
    Commits what vendors said, or joins. Raises StoreUnavailable.
    """
    config = settings().number_intel
    until = time.monotonic() + config.deadline.total_seconds()
    found = NOTHING_KNOWN
    try:
        rows = NumberAnswer.objects.filter(phone_index=phone_index, until__gt=query.now)
        kept = {row.vendor: _kept(row) for row in rows}
        for vendor in number_vendors():
            wanted = (query.wanted & vendor.facts) - found.known
            if not wanted:
                continue
            mine = replace(query, wanted=wanted)
            before = kept.get(vendor.name, CachedAnswer())
            fresh = before.fresh(mine, config.cache)
            found = found.joined(before.report.only(fresh))
            open_ = replace(mine, wanted=wanted - fresh)
            if open_.wanted and ask:
                said = _ask(vendor, open_, before, phone_index, until=until, terms=config.cache)
                found = found.joined(said)
    except STORE_ERRORS as error:
        raise StoreUnavailable("what is known of the number cannot be read") from error
    return found


def _ask(
    vendor: NumberVendor,
    query: NumberQuery,
    before: CachedAnswer,
    phone_index: str,
    *,
    until: float,
    terms: FactTerms,
) -> NumberReport:
    if not may_ask(vendor.name, per_day=vendor.per_day, now=query.now):
        logger.info("%s is not asked about numbers: paused, or its budget is used up", vendor.name)
        return NOTHING_KNOWN
    said = _look_up(vendor, query, until)
    if isinstance(said, NoAnswer):
        note_result(vendor.name, failed=True, fatal=said.fatal, now=query.now)
        logger.warning("%s said nothing about a number: %s", vendor.name, said.reason)
        return NOTHING_KNOWN
    note_result(vendor.name, failed=False, fatal=False, now=query.now)
    report = said.only(query.wanted)
    answer = before.with_answer(report, query.wanted, query)
    _keep(vendor.name, phone_index, answer, until=query.now + max(terms.usual, terms.sim_swap))
    return report


def _look_up(vendor: NumberVendor, query: NumberQuery, until: float) -> NumberReport | NoAnswer:
    try:
        said: object = vendor.driver.look_up(query, until=until)
    except Exception as error:  # noqa: BLE001 (a driver of the host's: its fault must refuse nobody)
        return NoAnswer(reason=f"the driver raised {type(error).__name__}")
    if isinstance(said, NumberReport | NoAnswer):
        return said
    return NoAnswer(reason="the driver returned no report")


def _keep(vendor: str, phone_index: str, answer: CachedAnswer, *, until: datetime) -> None:
    with transaction.atomic():
        NumberAnswer.objects.update_or_create(
            vendor=vendor,
            phone_index=phone_index,
            defaults={"answer": dump(answer), "until": until},
        )


def _kept(row: NumberAnswer) -> CachedAnswer:
    """The answer of a row; none if its key is gone, for it can be asked again."""
    answer: Encrypted = row.answer
    try:
        return load(answer.reveal())
    except UndecryptableError:
        return CachedAnswer()
