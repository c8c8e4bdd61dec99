"""Run recorded decisions of the pumping defense against other rules."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from otpguard.core.money import as_dollars
from otpguard.core.pumping.replay import Outcome, PastDecision, replay
from otpguard.core.pumping.replay_rules import ReplayRules, ReplayRulesError, read_replay_rules
from otpguard.reports.decisions import decisions_between, past_decisions

EACH = 50_000
"""After so many decisions a line on the error output says how far it is."""
LARGEST = 1_000_000


class Command(BaseCommand):
    """`manage.py otpguard_replay --from 2026-01-01 --to 2026-01-08 --rules rules.csv`. It only
    reads."""

    help = "Tells what other rules would have refused, saved and hurt, by recorded decisions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("--from", dest="since", required=True, help="first day or moment")
        parser.add_argument(
            "--to", dest="until", default="", help="the day or moment after the last"
        )
        parser.add_argument(
            "--rules", required=True, help="CSV: layer,reason,action,weight,work_level"
        )
        parser.add_argument("--json", action="store_true", help="print JSON in place of the table")

    def handle(
        self,
        *_args: str,
        since: str,
        until: str,
        rules: str,
        **options: Any,  # noqa: ANN401 (Django's signature)
    ) -> None:
        """Print the outcome; a mistake ends it with a line for each."""
        first = _moment("--from", since)
        last = _moment("--to", until) if until else timezone.now()
        if last <= first:
            raise CommandError("--to must be later than --from")
        wanted = _rules(rules)
        try:
            rows = decisions_between(first, last)
            outcome = replay(self._shown(past_decisions(rows), rows.count()), wanted)
        except (DatabaseError, ImproperlyConfigured) as error:
            raise CommandError(" ".join(str(error).split())) from None
        if options["json"]:
            self.stdout.write(json.dumps(outcome.as_json(), indent=2))
        else:
            self._table(outcome)

    def _shown(self, decisions: Iterator[PastDecision], total: int) -> Iterator[PastDecision]:
        for done, each in enumerate(decisions, start=1):
            yield each
            if done % EACH == 0:
                self.stderr.write(f"{done:,} of {total:,} records …")
                self.stderr.flush()

    def _table(self, outcome: Outcome) -> None:
        lines = [
            ("decisions", f"{outcome.decisions:,}"),
            ("refused then", f"{outcome.refused_before:,}"),
            ("refused by these rules", f"{outcome.refused:,}"),
            ("asked for a proof of work", f"{outcome.asked:,}"),
            ("sent then, refused now", f"{outcome.newly_refused:,}"),
            ("  saved", f"${as_dollars(outcome.saved_micros)}"),
            ("  hurt (had proven the number)", f"{outcome.hurt:,}"),
            ("  outcome not known any more", f"{outcome.unknown:,}"),
            ("refused then, sent now", f"{outcome.newly_sent:,}"),
            ("  spent", f"${as_dollars(outcome.spent_micros)}"),
        ]
        for name, value in lines:
            self.stdout.write(f"{name:<32}{value:>14}")
        if outcome.by_reason:
            self.stdout.write("\nRefused by these rules, by what decides:")
        for (layer, reason), times in outcome.by_reason.most_common():
            self.stdout.write(f"  {layer + ' ' + reason:<30}{times:>14,}")


def _moment(option: str, text: str) -> datetime:
    """A day, at its beginning, or a moment; in the site's time zone where none is named."""
    try:
        found = parse_datetime(text) if len(text) > len("YYYY-MM-DD") else None
        day = parse_date(text)
    except ValueError:
        found = day = None
    if found is None and day is not None:
        found = datetime.combine(day, time.min)
    if found is None:
        raise CommandError(f'{option}: "{text}" must be a day (YYYY-MM-DD) or a moment (ISO 8601)')
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _rules(path: str) -> ReplayRules:
    try:
        raw = Path(path).read_bytes()
        if len(raw) > LARGEST:
            raise CommandError(f"{path}: larger than {LARGEST:,} bytes")
        return read_replay_rules(raw.decode())
    except ReplayRulesError as wrong:
        raise CommandError("\n".join(f"{path}: {each}" for each in wrong.mistakes)) from None
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        raise CommandError(f"{path}: line {line}: not UTF-8") from None
    except OSError as wrong:
        raise CommandError(f"{path}: {wrong.strerror}") from None
