"""Jobs that change the package, done in a copy of it: an entry in the file that the page names.

A policy field and a checkpoint are added in `tests/house/test_one_declaration.py`.
"""

from __future__ import annotations

from pathlib import Path

from tests.jobs.copies import asked, copied, entered
from tests.jobs.page import JOBS

EVENT = '''
@event("session.toyed", _("Somebody played"), Ocsf(AUTHENTICATION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionToyed(Event):
    """A person played with a toy."""

    toy: str


'''
SETTING = '''    toy_limit: int = 3
    """How many toys."""

'''
ACTION = '''class Wave(ObjectAction):
    """A greeting."""

    slug, label = "wave", _("Wave")

    def run(self, facts: RequestFacts, form: Any) -> Text:
        return "waved"


'''
COMMAND = """
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def handle(self, *args, **options):
        self.stdout.write("toys")
"""
CODE = """    "otpguard.W099": "There are too many toys.",
"""
CHECK = """    found.append(warning("otpguard.W099", "Count them."))
"""
ANSWERS = """
import io
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse
from otpguard import conf
from otpguard.admin.event import EventAdmin
from otpguard.checks.deployment import check_deployment
from otpguard.core.events.base import CATALOG
from otpguard.core.events.session import SessionToyed
from otpguard.labels import event_label
said = io.StringIO()
call_command("otpguard_toys", stdout=said)
with override_settings(OTPGUARD={"TOY_LIMIT": 5}):
    limit = conf.settings().toy_limit
answer = {
    "event": [CATALOG.get("session.toyed") is SessionToyed, str(event_label("session.toyed"))],
    "setting": [conf.settings().toy_limit, limit],
    "action": reverse("admin:otpguard_tenant_do_wave", args=["1"]),
    "command": said.getvalue().strip(),
    "check": [message.msg for message in check_deployment() if message.id == "otpguard.W099"],
}
"""


def test_each_job_is_one_entry_where_the_page_says(tmp_path: Path) -> None:
    root = copied(tmp_path, "core/events/session.py", '@event(\n    "device.remembered"', EVENT)
    entered(root, "conf/schema.py", '    brand: str = "this service"\n', SETTING)
    entered(root, "admin/tenant.py", "def _set_status(", ACTION)
    entered(root, "admin/tenant.py", "        CreateTenant,\n", "        Wave,\n")
    entered(root, "checks/codes.py", '    "otpguard.W031"', CODE)
    entered(root, "checks/deployment.py", "    return found\n", CHECK)
    (root / "otpguard" / "management" / "commands" / "otpguard_toys.py").write_text(
        COMMAND, "utf-8"
    )
    assert asked(root, ANSWERS) == {
        "event": [True, "Somebody played"],
        "setting": [3, 5],
        "action": "/admin/otpguard/tenant/1/do/wave/",
        "command": "toys",
        "check": ["There are too many toys. Count them."],
    }


def test_the_page_names_these_files_for_these_jobs() -> None:
    for job, file in {
        "add an event": "otpguard/core/events/",
        "add a setting": "otpguard/conf/schema.py",
        "add an admin action": "otpguard/admin/",
        "add a system check": "otpguard/checks/codes.py",
        "add a command": "otpguard/management/commands/",
        "add a policy field": "otpguard/core/policy.py",
        "add a checkpoint": "otpguard/core/checkpoints.py",
    }.items():
        assert f"`{file}`" in JOBS[job], job
