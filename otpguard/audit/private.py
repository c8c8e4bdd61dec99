"""What is personal in an event: apart from the rest, under the keys of the people that it names.

What somebody did it with is theirs, the actor's; what it was about is the subject's. Where there is
only one of them, all is theirs. Where no user is known, it is under the root key.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from otpguard import vault
from otpguard.audit.subjects import Subject, decrypt_for, encrypt_for, known_subjects
from otpguard.core.canonical import canonical_bytes
from otpguard.core.events.base import Event as EventValue
from otpguard.core.host_event import known_event
from otpguard.intel.network import network_data
from otpguard.models import Event

ACTOR, SUBJECT, ROOT = "actor", "subject", "root"


SAID = frozenset({"client_ip", "asn", "country", "agent", "fingerprint", "target"})


def people_in(event: EventValue) -> Iterator[str]:
    """The keys of all users whom the fields of an event name."""
    for name in event.people_fields:
        value = getattr(event, name)
        yield from [value] if isinstance(value, str) else value


def divide(
    event: EventValue, known: Mapping[str, Subject]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The event's own fields: what the body may say, with references of people, and what is
    personal."""
    data = event.data()
    personal = {name: value for name in event.personal_fields if (value := data.pop(name))}
    for name in event.people_fields:
        value = data[name]
        data[name] = (
            (known[value].ref if value else "")
            if isinstance(value, str)
            else [known[each].ref for each in value]
        )
    return data, personal


def network_of(client_ip: str) -> dict[str, str]:
    """What the files of the site say of the network of an IP address, as far as they know it: `asn`
    and `country`. They change, so an event has what they said when it was written."""
    found = network_data().facts_of(client_ip)
    return {"asn": str(found.asn) if found.asn else "", "country": found.country}


def encrypt_private(
    identity: UUID,
    actor: Subject | None,
    subject: Subject | None,
    of_actor: Mapping[str, Any],
    of_subject: Mapping[str, Any],
) -> dict[str, str]:
    """Ciphertexts by whose key opens them. Empty values are left out."""
    actor, subject = actor or subject, subject or actor
    together = actor is None or subject is None or actor.ref == subject.ref
    parts = (
        [(ACTOR, actor, {**of_actor, **of_subject})]
        if together
        else [(ACTOR, actor, of_actor), (SUBJECT, subject, of_subject)]
    )
    found = {}
    for whose, owner, values in parts:
        if not (said := {name: value for name, value in values.items() if value}):
            continue
        plain = canonical_bytes(said)
        if owner is None:
            found[ROOT] = vault.encrypt(plain.decode())
        else:
            found[whose] = encrypt_for(owner, plain, event=identity)
    return found


def decrypt_private(row: Event) -> dict[str, str]:
    """Where an event came from, with what, and its target, in clear, for who may read the log.

    Without what is of somebody who was erased. Raises UndecryptableError.
    """
    return said_in(json.loads(row.body), row.pk)


def said_in(body: Mapping[str, Any], identity: UUID) -> dict[str, str]:
    """The same of the body of the event `identity`. Raises UndecryptableError, and KeyError,
    TypeError, ValueError or AttributeError for a body that is none of ours."""
    return {name: value for name, value in _opened(body, identity).items() if name in SAID}


def users_behind(refs: Iterable[str]) -> dict[str, str]:
    """The keys of the users behind references: of those that stand for a user who is not erased.
    One read for all that are not at hand."""
    return {ref: each.user for ref, each in known_subjects(refs).items() if each.user}


def context_of(row: Event) -> dict[str, str]:
    """What the host has added to an event. Raises UndecryptableError."""
    found: dict[str, str] = _opened(json.loads(row.body), row.pk).get("context", {})
    return found


def data_of(row: Event) -> dict[str, Any]:
    """An event's own fields as they were recorded, people by the keys of their users.

    What is of somebody who was erased is left out, and their reference stands for them. Raises
    UndecryptableError, and KeyError or ValueError for a body that is none of ours.
    """
    body = json.loads(row.body)
    data: dict[str, Any] = body["data"]
    kind = known_event(row.kind)
    if kind is None:
        return data
    if kind.personal_fields and body["private"]:
        data |= _opened(body, row.pk).get("data", {})
    named = {name: value for name in kind.people_fields if (value := data.get(name))}
    if named:
        every = [ref for value in named.values() for ref in _listed(value)]
        known = known_subjects(every)
        user_of = {ref: known[ref].user if ref in known else "" for ref in every}
        for name, value in named.items():
            users = [user_of[ref] or ref for ref in _listed(value)]
            data[name] = users[0] if isinstance(value, str) else users
    return data


def load_subjects(rows: Sequence[Event]) -> None:
    """Read who stands behind the references of these events, so that no event reads it alone."""
    refs: set[str] = set()
    for row in rows:
        refs |= _refs(row)
    known_subjects(refs)


def _refs(row: Event) -> set[str]:
    try:
        body = json.loads(row.body)
        found = {body["actor"], body["subject"]}
        kind = known_event(row.kind)
        for name in kind.people_fields if kind else ():
            found |= set(_listed(body["data"].get(name, [])))
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()
    return {ref for ref in found if isinstance(ref, str)}


def _listed(value: Any) -> list[str]:  # noqa: ANN401 (of any body)
    return [value] if isinstance(value, str) else list(value)


def parts_of(row: Event, whose: Collection[str]) -> dict[str, Any]:
    """What is personal in an event, of the "actor", the "subject" or both: the parts under their
    keys alone. Raises UndecryptableError, and KeyError or ValueError for a body that is none of
    ours."""
    body = json.loads(row.body)
    mine = {
        name: token for name, token in body["private"].items() if _owner(body, name) & set(whose)
    }
    found = _opened({**body, "private": mine}, row.pk)
    return {**found.pop("context", {}), **found.pop("data", {}), **found}


def _owner(body: Mapping[str, Any], name: str) -> set[str]:
    """Whose a part is; no one's where it is under the root key."""
    if name == ROOT:
        return set()
    if body[ACTOR] and body[SUBJECT] and body[ACTOR] != body[SUBJECT]:
        return {name}
    return {ACTOR, SUBJECT}


def _opened(body: Mapping[str, Any], identity: UUID) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for whose, token in body["private"].items():
        if whose == ROOT:
            found |= json.loads(vault.decrypt(token))
            continue
        # Where only one of the two is there, all is theirs.
        ref = body[whose] or body[SUBJECT]
        subject = known_subjects([ref]).get(ref)
        if subject is not None and subject.erased_at is None:
            found |= json.loads(decrypt_for(subject, token, event=identity))
    return found
