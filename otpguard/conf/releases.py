"""RELEASES: which jobs make files for people, the host's and our own, and where the files lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

from otpguard.conf.values import SettingsError, mapping, of_type
from otpguard.core.registry import nearest
from otpguard.core.release.rows import CSV, is_format

KEYS = ("STORAGE", "DOWNLOADS", "HOURS", "JOBS")
JOB_KEYS = ("RUN", "LABEL", "FORMAT", "CHECKPOINT")

CHECKPOINT = "data_export"
"""What guards a job that names no other."""

LOG_CHECKPOINT = "audit_log_export"
"""What guards an export of the audit log."""

DOWNLOADS_MOST = 100
HOURS_MOST = 24 * 14
JOB_LENGTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseJobConfig:
    """One job: the dotted path of what makes its rows, what people call the file, its format and
    the checkpoint that guards asking for it and fetching it."""

    run: str
    label: Any
    format: str = CSV
    checkpoint: str = CHECKPOINT


def _of_log(run: str, label: Any, name: str) -> ReleaseJobConfig:  # noqa: ANN401 (lazy text)
    return ReleaseJobConfig(run=run, label=label, format=name, checkpoint=LOG_CHECKPOINT)


BUILT_IN: Mapping[str, ReleaseJobConfig] = MappingProxyType(
    {
        "audit_log_csv": _of_log(
            "otpguard.flows.audit.export_job.csv_rows", _("Audit log (CSV)"), CSV
        ),
        "audit_log_jsonl": _of_log(
            "otpguard.flows.audit.export_job.leaf_lines", _("Audit log (JSON Lines)"), "log.jsonl"
        ),
        "audit_log_ocsf": _of_log(
            "otpguard.flows.audit.export_job.ocsf_lines", _("Audit log (OCSF)"), "ocsf.jsonl"
        ),
        "audit_log_bundle": _of_log(
            "otpguard.flows.audit.export_job.bundle_pieces",
            _("Audit log that can be checked"),
            "zip",
        ),
        "audit_log_part_csv": _of_log(
            "otpguard.flows.audit.export_job.csv_rows", _("Part of the audit log (CSV)"), CSV
        ),
        "audit_log_part_jsonl": _of_log(
            "otpguard.flows.audit.export_job.leaf_lines",
            _("Part of the audit log (JSON Lines)"),
            "log.jsonl",
        ),
        "audit_log_part_ocsf": _of_log(
            "otpguard.flows.audit.export_job.ocsf_lines",
            _("Part of the audit log (OCSF)"),
            "ocsf.jsonl",
        ),
    }
)
"""Our own jobs. The name of a job stands in the name of its file, so a part says that it is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseConfig:
    """Where files lie (an alias of STORAGES), how often and how long each may be downloaded; the
    jobs, ours among them."""

    storage: str = "releases"
    downloads: int = 3
    life: timedelta = timedelta(hours=24)
    jobs: Mapping[str, ReleaseJobConfig] = field(default_factory=lambda: BUILT_IN)

    @property
    def of_host(self) -> Mapping[str, ReleaseJobConfig]:
        """The jobs that the host has declared."""
        return {name: job for name, job in self.jobs.items() if name not in BUILT_IN}


def read_releases(value: object, *, checkpoints: Mapping[str, Any]) -> ReleaseConfig:
    """RELEASES with its defaults. Raises SettingsError (E001, E002, E132).

    A job may be a dotted path alone, whose name is then its label.
    """
    given = mapping(value)
    _check_keys(given, KEYS)
    usual = ReleaseConfig()
    return ReleaseConfig(
        storage=str(of_type(given.get("STORAGE", usual.storage), str)),
        downloads=_between(given.get("DOWNLOADS", usual.downloads), "DOWNLOADS", DOWNLOADS_MOST),
        life=timedelta(hours=_between(given.get("HOURS", 24), "HOURS", HOURS_MOST)),
        jobs=MappingProxyType({**BUILT_IN, **_jobs(given.get("JOBS", {}), checkpoints)}),
    )


def _jobs(value: object, checkpoints: Mapping[str, Any]) -> dict[str, ReleaseJobConfig]:
    found = {_name(name): _job(name, entry, checkpoints) for name, entry in mapping(value).items()}
    if taken := sorted(set(found) & set(BUILT_IN)):
        raise SettingsError("otpguard.E132", f'"{taken[0]}" is a job of otpguard\'s own')
    return found


def _job(name: str, entry: object, checkpoints: Mapping[str, Any]) -> ReleaseJobConfig:
    given = {"RUN": entry} if isinstance(entry, str) else mapping(entry)
    _check_keys(given, JOB_KEYS, f"{name}: ")
    run = given.get("RUN")
    if not isinstance(run, str) or "." not in run:
        raise SettingsError("otpguard.E132", f"{name}: needs RUN, a dotted path")
    kind = str(given.get("FORMAT", CSV))
    if not is_format(kind):
        raise SettingsError(
            "otpguard.E132", f'{name}: FORMAT must be "csv", "jsonl" or an ending such as "zip"'
        )
    slug = given.get("CHECKPOINT", CHECKPOINT)
    found = checkpoints.get(str(slug))
    if found is None:
        hint = nearest(str(slug), list(checkpoints))
        raise SettingsError("otpguard.E132", f'{name}: unknown checkpoint "{slug}", {hint}')
    if found.anonymous:
        raise SettingsError(
            "otpguard.E132", f'{name}: "{slug}" guards people who are not logged in'
        )
    label = given.get("LABEL", name.replace("_", " ").capitalize())
    return ReleaseJobConfig(run=run, label=label, format=kind, checkpoint=str(slug))


def _name(name: str) -> str:
    if not name.replace("_", "").isalnum() or not name.isascii() or len(name) > JOB_LENGTH:
        raise SettingsError(
            "otpguard.E132", f'"{name}" must be of letters, digits and _, {JOB_LENGTH} at most'
        )
    return name


def _between(value: object, key: str, most: int) -> int:
    number = int(of_type(value, int))
    if not 0 < number <= most:
        raise SettingsError("otpguard.E002", f"{key} must be from 1 to {most}")
    return number


def _check_keys(given: Mapping[str, Any], known: tuple[str, ...], where: str = "") -> None:
    for key in given:
        if key not in known:
            hint = nearest(key, list(known))
            raise SettingsError("otpguard.E001", f'{where}unknown "{key}", {hint}')
