"""Every surrounding of the matrix, in the order of the page docs/surroundings.md.

The page says what stands here, and the matrix proves it: see `test_page` and `test_matrix`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Server = Literal["threads", "gunicorn", "uvicorn", "daphne"]
POSTGRES, SQLITE = "postgresql", "sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surrounding:
    """One way in which a host differs from the plainest project.

    `says` is its row on the page. `refused` is the check that must refuse it; empty where the
    journey must pass. `needs` are modules it cannot be tried without. `worker` is the pool of a
    Celery worker and its words; empty means that tasks run within the request. `later` are settings
    that change between enrolling and the rest, with a new server. `quiet` must not be in any log.
    """

    name: str
    says: str
    note: str = ""
    refused: str = ""
    server: Server = "threads"
    worker: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    engine: str = POSTGRES
    mount: bool = False
    apps: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    databases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    later: Mapping[str, Any] = field(default_factory=dict)
    quiet: str = "Traceback"


_CACHES = "django.core.cache.backends"
_PRIVATE = {"default": {"BACKEND": "tests.surroundings.caches.Corrupt"}}
_EMPTY = {"default": {"BACKEND": f"{_CACHES}.dummy.DummyCache"}}
_POOL = {"default": {"OPTIONS": {"pool": True}, "CONN_MAX_AGE": 0}}
_KEY = "a scratch host: nothing in it is a secret"

SURROUNDINGS = (
    Surrounding(
        name="plain",
        says="PostgreSQL, Django's own server and admin, Celery's pool `threads`",
        worker=("threads", "-c", "4"),
    ),
    Surrounding(
        name="sqlite",
        says="SQLite",
        note="for trying out; `OPTIONS` as `otpguard.E015` says",
        engine=SQLITE,
    ),
    # --- database
    Surrounding(
        name="atomic",
        says="`ATOMIC_REQUESTS = True`",
        note="our own pages are not atomic",
        databases={"default": {"ATOMIC_REQUESTS": True}},
    ),
    Surrounding(
        name="sqlite-time-zone",
        says="`TIME_ZONE` of a database on SQLite",
        engine=SQLITE,
        databases={"default": {"TIME_ZONE": "America/New_York"}},
    ),
    Surrounding(
        name="people-elsewhere",
        says="People and otpguard together on another database than `default`",
        settings={"DATABASE_ROUTERS": ["tests.surroundings.routers.People"]},
        databases={"people": {}},
    ),
    Surrounding(
        name="apart",
        says="otpguard on another database than people",
        refused="otpguard.E085",
        settings={"DATABASE_ROUTERS": ["tests.surroundings.routers.Apart"]},
        databases={"people": {}},
    ),
    Surrounding(
        name="replica",
        says="A read replica that lags",
        note="otpguard reads where it writes",
        settings={"DATABASE_ROUTERS": ["tests.surroundings.routers.Replica"]},
        databases={"replica": {}},
    ),
    Surrounding(
        name="pool",
        says="psycopg's pool, with prefork workers whose children are recycled",
        worker=("prefork", "-c", "2", "--max-tasks-per-child", "1"),
        needs=("psycopg_pool",),
        databases=_POOL,
    ),
    Surrounding(
        name="schemas",
        says="A schema for each tenant (django-tenants), otpguard in `TENANT_APPS`",
        note="list it in `SHARED_APPS` alone",
        refused="otpguard.E086",
        settings={"SHARED_APPS": ["django.contrib.auth"], "TENANT_APPS": ["otpguard"]},
    ),
    # --- settings of Django
    Surrounding(
        name="naive", says="`USE_TZ = False`", refused="otpguard.E087", settings={"USE_TZ": False}
    ),
    Surrounding(
        name="bytes",
        says="`SECRET_KEY` and its fallbacks as bytes",
        settings={"SECRET_KEY": _KEY.encode(), "SECRET_KEY_FALLBACKS": [b"an older one"]},
    ),
    Surrounding(
        name="rotated",
        says="`SECRET_KEY` rotated with a fallback while people work",
        note="set `INDEX_KEYS` first: `otpguard.W004`",
        later={"SECRET_KEY": "a new one", "SECRET_KEY_FALLBACKS": [_KEY]},
    ),
    Surrounding(
        name="every-request",
        says="`SESSION_SAVE_EVERY_REQUEST = True`",
        settings={"SESSION_SAVE_EVERY_REQUEST": True},
    ),
    Surrounding(name="no-cache", says="An empty cache", settings={"CACHES": _EMPTY}),
    Surrounding(
        name="corrupt-cache",
        says="A cache that returns what nobody can read",
        note="request limits let through, and the log says so",
        settings={"CACHES": _PRIVATE},
        quiet="Internal Server Error",
    ),
    Surrounding(
        name="thousands",
        says="`USE_THOUSAND_SEPARATOR = True`",
        settings={"USE_THOUSAND_SEPARATOR": True, "LANGUAGE_CODE": "en"},
    ),
    Surrounding(
        name="german",
        says='`LANGUAGE_CODE = "de"`',
        settings={"LANGUAGE_CODE": "de", "USE_THOUSAND_SEPARATOR": True},
    ),
    Surrounding(
        name="persian",
        says='`LANGUAGE_CODE = "fa"`',
        note="otpguard's own texts stay English",
        settings={"LANGUAGE_CODE": "fa", "USE_THOUSAND_SEPARATOR": True},
    ),
    # --- pages
    Surrounding(
        name="own-admin",
        says="An admin site of the host's own",
        settings={"ROOT_URLCONF": "tests.surroundings.own_admin"},
    ),
    Surrounding(name="unfold", says="django-unfold", needs=("unfold",), apps=("unfold",)),
    Surrounding(name="jazzmin", says="django-jazzmin", needs=("jazzmin",), apps=("jazzmin",)),
    Surrounding(
        name="rest",
        says="`rest_framework` in `INSTALLED_APPS`",
        note="without it, the API has no pages and speaks JSON",
        apps=("rest_framework",),
    ),
    # --- servers
    Surrounding(name="gunicorn", says="gunicorn", server="gunicorn", needs=("gunicorn",)),
    Surrounding(name="uvicorn", says="uvicorn", server="uvicorn", needs=("uvicorn",)),
    Surrounding(
        name="daphne",
        says="daphne",
        note="not for large exports: it cuts off slow readers",
        server="daphne",
        needs=("daphne",),
    ),
    Surrounding(name="mounted", says="Mounted below a path (`SCRIPT_NAME`)", mount=True),
    # --- workers
    Surrounding(
        name="eager",
        says="`CELERY_TASK_ALWAYS_EAGER = True`",
        note="sends while the person waits; nothing falls back",
    ),
    Surrounding(name="solo", says="Celery's pool `solo`", worker=("solo",)),
    Surrounding(
        name="gevent",
        says="Celery's pool `gevent`",
        worker=("gevent", "-c", "4"),
        needs=("gevent",),
    ),
)
BY_NAME = {each.name: each for each in SURROUNDINGS}


def as_markdown() -> str:
    """The table of the page."""
    rows = ["| Surrounding | Result | Note |", "|---|---|---|"]
    for each in SURROUNDINGS:
        result = f"refused: `{each.refused}`" if each.refused else "works"
        rows.append(f"| {each.says} | {result} | {each.note} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(as_markdown())
