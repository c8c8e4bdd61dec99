"""The one database that otpguard reads and writes, whichever the project's routers name.

Every statement goes where writes go: a replica may not have yet what was proven or revoked a moment
ago. All of Django's transactions and connections are asked for here and nowhere else, because its
own functions mean the database "default", which need not be ours.
"""

from __future__ import annotations

from otpguard.database.own import alias, connection, leave_pool
from otpguard.database.pinned import PinnedManager, PinnedModel

__all__ = ["PinnedManager", "PinnedModel", "alias", "connection", "leave_pool"]
