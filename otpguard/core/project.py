"""What `otpguard_init` knows of a Django project before it says which lines to add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

OWN_APPS = ("django_otp", "otpguard")
MIDDLEWARE = "otpguard.middleware.OtpguardMiddleware"
DJANGO_TENANTS = "django_tenants"
DJANGO_ORGANIZATIONS = "organizations"


class Part(StrEnum):
    """A file of the project, by what it is for."""

    SETTINGS = "settings"
    URLS = "urls"
    CELERY = "celery"
    PACKAGE = "package"
    DIRECTORY = "tenant directory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Lines for the end of a file; for the whole of it if the file `is_new`.

    `names` must be set in the file itself, or the lines would mean nothing there. `problem` says
    why they cannot stand at its end, whatever is in it. `needs` are the files without which they
    would break the project.
    """

    part: Part
    text: str
    names: frozenset[str] = frozenset()
    is_new: bool = False
    problem: str = ""
    needs: frozenset[Part] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLines:
    """The lines that a project lacks, what it has already, and what only its people can decide."""

    additions: tuple[Addition, ...]
    present: tuple[str, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as it is set up now."""

    package: str
    """The package of the settings: "mysite". Empty for settings that stand in none."""

    apps: tuple[str, ...]
    middleware: tuple[str, ...]
    lists: frozenset[str]
    """Which settings are lists that are theirs alone, so that `+=` adds to them and to no other."""

    shared_apps: tuple[str, ...] | None = None
    """SHARED_APPS of django-tenants; None without it."""

    keys: frozenset[str] | None = None
    """The keys of OTPGUARD; None where it is not set."""

    has_pages: bool = False
    """Whether the pages of otpguard have a URL."""

    urls_problem: str = ""
    """Why the URLs cannot be read. Empty: they can."""

    free_prefix: str = ""
    """A path that no view answers, such as "security/". Empty: every path is taken."""

    url_names: Mapping[str, bool]
    """Which of `path` and `include` the file of the URLs has, each with whether it is Django's."""

    user_list: str = ""
    """The name of the admin's list of users. Empty: there is none."""

    needs_login_url: bool = False
    """Whether LOGIN_URL leads nowhere while the admin has a login."""

    tenant_model: str = ""
    """The project's model of a customer: "shop.Company". Empty: none was found."""

    celery_app: str = ""
    """The name or the file of the project's Celery application. Empty: none was found."""

    names_broker: bool = False
    has_redis: bool = True
    unknown_backends: Mapping[str, str]
    """Authentication back ends whose logins prove nothing so far, each with the line to write."""

    database: str
    """The make of our database: "postgresql", "sqlite" or another."""

    debug: bool = False

    @property
    def named_package(self) -> str:
        """The package, or an example of one."""
        return self.package or "mysite"

    @property
    def package_problem(self) -> str:
        """Why no module can be added to the package. Empty: one can.

        A celery.py beside settings of no package would be imported in place of Celery.
        """
        if not self.package:
            return "the settings are in no package"
        return "" if self.package.isidentifier() else f"{self.package} cannot be imported by name"

    @property
    def has_said_tenants(self) -> bool:
        """Whether OTPGUARD says already how the tenant of a request is found."""
        return bool({"TENANCY", "TENANT_DIRECTORY"} & (self.keys or frozenset()))
