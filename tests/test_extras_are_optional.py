"""Without any extra the URLs of otpguard and of the demo load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OF_EXTRAS = (
    *("allauth", "boto3", "channels", "djangosaml2", "dns", "drf_spectacular", "joserfc", "jwt"),
    *("maxminddb", "mozilla_django_oidc", "ninja", "onelogin", "prometheus_client"),
    *("rest_framework_simplejwt", "scim2_models", "scim2_server", "storages", "strawberry"),
    "unfold",
)
LOADS = f"""
import sys
sys.modules.update(dict.fromkeys({OF_EXTRAS!r}))  # None there: as if it were not installed
import django
django.setup()
import demo_project.urls, otpguard.urls
from django.core.management import call_command
call_command("check")
"""


def test_the_urls_load_where_no_extra_is_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADS],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "demo_project.settings", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
