"""What the API's description says of one method of one view: stated beside the view itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from otpguard.api.documents import Document

USUAL_PROBLEMS = (401, 403, 503)
"""What every view may answer: not logged in or not stepped up, not allowed, no store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method: its stable `name`, a `summary`, its `tag`, what it takes and answers.

    `answers` is by status; None for an answer without a body. `query` and `path` describe
    parameters by name. `checkpoint` is what it asks a proof for, empty for none. `problems` are
    the statuses it adds to the usual ones. `by_key` says that a service calls it, by a key.
    """

    name: str
    summary: str
    tag: str
    answers: Mapping[int, type[Document] | None]
    body: type[Document] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    checkpoint: str = ""
    problems: tuple[int, ...] = ()
    by_key: bool = False


class Describes(Protocol):
    """A view that says what its methods do."""

    def operation_of(self, method: str) -> Operation:
        """What is told of one method. Raises KeyError if nothing is."""


PAGING: Mapping[str, str] = {
    "limit": "How many rows a page has: 100 unless it is given, 200 at most.",
    "cursor": "Where the page begins. Follow `next` of the page before.",
}
"""The parameters of every list that comes a page at a time."""
