"""Triggers that refuse to change or delete events and seals: a guard rail, not the wall (C34).

Who owns the tables can drop the triggers. What such a person did is then shown by the seals.

Two things pass. A column that says who stands behind a reference may be set to the reference that
the body names, which is how a person is erased. And an event may go that the newest
`retention.purged` of its log covers, if its seal is older than 365 days.
"""

from __future__ import annotations

from django.db.models import Model

from otpguard.conf import settings
from otpguard.core.sealing.purged import FLOOR, KIND
from otpguard.database import connection, transaction
from otpguard.models import SITE_EVENTS, Event, LogTile, Seal

GUARDED: tuple[type[Model], ...] = (Event, Seal, LogTile)
REFUSAL = "the audit log is append-only (OTPGUARD: AUDIT_TRIGGERS)"
_FUNCTION = "otpguard_append_only"
_EVENTS = Event._meta.db_table  # noqa: SLF001 (Django's documented Meta API)
_SEALS = Seal._meta.db_table  # noqa: SLF001 (as above)
_LINKS = (("actor_ref", "actor"), ("subject_ref", "subject"))
"""The columns with keys of users, and where the body names the reference."""
_COVERED = """
EXISTS (
  SELECT 1 FROM (
    SELECT {below} AS below FROM {events}
    WHERE kind = '{kind}' AND tenant_id {same} ORDER BY id DESC LIMIT 1
  ) p JOIN {seals} s ON s.log = {log} AND s.size = p.below
  WHERE (OLD.xact < s.last_xact OR (OLD.xact = s.last_xact AND OLD.id <= s.last_event))
    AND s.at < {floor}
)"""
"""SQL: whether the newest purge of a log covers a row, up to the seal that ends there."""


def _covered(same: str, log: str) -> str:
    return _COVERED.format(
        below="(body::jsonb #>> '{data,below}')::bigint",
        events=_EVENTS,
        seals=_SEALS,
        kind=KIND,
        same=same,
        log=log,
        floor=f"now() - interval '{FLOOR.days} days'",
    )


_MADE = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = '{_EVENTS}' AND TG_OP = 'UPDATE' THEN
    IF NEW.actor_ref IN (OLD.actor_ref, OLD.body::jsonb ->> 'actor')
      AND NEW.subject_ref IN (OLD.subject_ref, OLD.body::jsonb ->> 'subject')
      AND (NEW.actor_ref, NEW.subject_ref) <> (OLD.actor_ref, OLD.subject_ref)
      AND to_jsonb(NEW) - 'actor_ref' - 'subject_ref'
        = to_jsonb(OLD) - 'actor_ref' - 'subject_ref' THEN
      RETURN NEW;
    END IF;
  END IF;
  IF TG_TABLE_NAME = '{_EVENTS}' AND TG_OP = 'DELETE' THEN
    IF OLD.tenant_id IS NULL THEN
      IF {_covered("IS NULL", f"'{SITE_EVENTS}'")} THEN
        RETURN OLD;
      END IF;
    ELSIF {_covered("= OLD.tenant_id", "OLD.tenant_id")} THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'insufficient_privilege';
END $$
"""


def set_triggers() -> None:
    """Make the triggers as AUDIT_TRIGGERS says, or drop them. Commits; a second time changes
    nothing. Raises DatabaseError where the tables are not the role's own."""
    wanted = settings().audit_triggers
    run = _postgresql if connection.vendor == "postgresql" else _sqlite
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in run(wanted=wanted):
            cursor.execute(statement)


def _postgresql(*, wanted: bool) -> list[str]:
    statements = [_MADE] if wanted else []
    for table in _tables():
        # A row trigger of UPDATE and DELETE reaches partitions; one of TRUNCATE has to be on each.
        for name, when in (
            (f"{table}_rows", "UPDATE OR DELETE ON {} FOR EACH ROW"),
            (f"{table}_truncate", "TRUNCATE ON {} FOR EACH STATEMENT"),
        ):
            statements.append(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            if wanted:
                event = f"BEFORE {when.format(table)} EXECUTE FUNCTION {_FUNCTION}()"
                statements.append(f"CREATE TRIGGER {name} {event}")
    return statements


def _sqlite(*, wanted: bool) -> list[str]:
    statements = []
    for table in _tables():
        for what in ("update", "delete"):
            name = f"{table}_{what}"
            statements.append(f"DROP TRIGGER IF EXISTS {name}")
            if wanted:
                statements.append(_sqlite_trigger(table, what))
    return statements


def _sqlite_trigger(table: str, what: str) -> str:
    allowed = {"update": _only_links, "delete": _covered_in_sqlite}
    when = f"WHEN NOT ({allowed[what]()}) " if table == _EVENTS else ""
    return (
        f"CREATE TRIGGER {table}_{what} BEFORE {what.upper()} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _only_links() -> str:
    """SQL of SQLite: only the links to people change, and only to what the body says."""
    links = dict(_LINKS)
    columns = [field.column for field in Event._meta.concrete_fields]  # noqa: SLF001 (as above)
    same = [f"NEW.{column} IS OLD.{column}" for column in columns if column not in links]
    allowed = [
        f"NEW.{column} IN (OLD.{column}, json_extract(OLD.body, '$.{name}'))"
        for column, name in links.items()
    ]
    changes = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in links)
    return " AND ".join([*same, *allowed, f"({changes})"])


def _covered_in_sqlite() -> str:
    """The same as on PostgreSQL, in SQL of SQLite."""
    return _COVERED.format(
        below="json_extract(body, '$.data.below')",
        events=_EVENTS,
        seals=_SEALS,
        kind=KIND,
        same="IS OLD.tenant_id",
        log=f"coalesce(OLD.tenant_id, '{SITE_EVENTS.hex}')",
        floor=f"datetime('now', '-{FLOOR.days} days')",
    ).strip()


def _tables() -> list[str]:
    return [model._meta.db_table for model in GUARDED]  # noqa: SLF001 (Django's documented Meta API)
