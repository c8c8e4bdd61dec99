"""RELEASES has defaults, and a mistake in it is numbered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.conf import problems
from otpguard.conf.releases import BUILT_IN as JOBS_OF_OURS
from otpguard.conf.releases import ReleaseConfig, read_releases
from otpguard.core.checkpoints import BUILT_IN

RUN = "crm.exports.people"


def test_what_is_not_said_has_its_default() -> None:
    assert read_releases({}, checkpoints=BUILT_IN) == ReleaseConfig()
    found = read_releases({"JOBS": {"all_people": RUN}, "HOURS": 2}, checkpoints=BUILT_IN)
    job = found.jobs["all_people"]
    assert (job.run, job.label, job.format, job.checkpoint) == (
        *(RUN, "All people", "csv"),
        "data_export",
    )
    assert (found.life, found.downloads, found.storage) == (timedelta(hours=2), 3, "releases")


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ([], "otpguard.E002"),
        ({"JOB": {}}, "otpguard.E001"),
        ({"DOWNLOADS": 0}, "otpguard.E002"),
        ({"HOURS": 1000}, "otpguard.E002"),
        ({"STORAGE": 1}, "otpguard.E002"),
        ({"JOBS": {"a": {"RUN": RUN, "FORMATS": "csv"}}}, "otpguard.E001"),
        ({"JOBS": {"a": {}}}, "otpguard.E132"),
        ({"JOBS": {"a": "nodots"}}, "otpguard.E132"),
        ({"JOBS": {"a b": RUN}}, "otpguard.E132"),
        ({"JOBS": {"audit_log_csv": RUN}}, "otpguard.E132"),
        ({"JOBS": {"a": {"RUN": RUN, "FORMAT": "../x"}}}, "otpguard.E132"),
        ({"JOBS": {"a": {"RUN": RUN, "CHECKPOINT": "data_exports"}}}, "otpguard.E132"),
        ({"JOBS": {"a": {"RUN": RUN, "CHECKPOINT": "signup"}}}, "otpguard.E132"),
    ],
)
def test_a_mistake_is_numbered(value: object, check: str) -> None:
    assert [each.check for each in problems({"RELEASES": value})] == [check]


def test_a_job_may_have_a_checkpoint_of_the_hosts() -> None:
    own = {"payroll": {"LABEL": "Payroll"}}
    jobs = {"a": {"RUN": RUN, "CHECKPOINT": "payroll"}}
    assert problems({"CHECKPOINTS": own, "RELEASES": {"JOBS": jobs}}) == []


def test_our_own_jobs_are_there_and_guarded_by_the_checkpoint_of_the_log() -> None:
    found = read_releases({"JOBS": {"all_people": RUN}}, checkpoints=BUILT_IN)
    assert set(found.of_host) == {"all_people"}
    assert set(found.jobs) == {"all_people", *JOBS_OF_OURS}
    assert {job.checkpoint for job in JOBS_OF_OURS.values()} == {"audit_log_export"}
