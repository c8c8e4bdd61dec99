"""An export from its page to its file, and the link that destroys it, in a browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from otpguard.flows.release.ask import cancel_token
from otpguard.models import Membership
from tests import factories
from tests.releasing import CSV, asked_by, jobs, made
from tests.visits import Enter

__all__ = ["jobs"]


@pytest.mark.usefixtures("jobs")
def test_an_export_waits_is_fetched_after_a_proof_and_is_destroyed(enter: Enter, shot: Any) -> None:
    with enter(phone=True) as visit:
        facts, release = asked_by(Membership.objects.get())
        page = visit.page
        page.goto(f"/security/releases/{release.pk}/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your export is being made")
        shot(page, f"export being made {visit.size}")
        made(release)
        expect(page.get_by_role("heading", level=1)).to_have_text("Your export is waiting")
        expect(page.get_by_text("Download", exact=True)).to_have_attribute("aria-disabled", "true")
        shot(page, f"export waiting {visit.size}")
        factories.age(release, opens_at=facts.now)
        page.reload()
        shot(page, f"export ready {visit.size}")
        visit.click("Download")
        visit.click(re.compile("Send a code"))
        with page.expect_download() as file:
            visit.enter_sent_code()
        assert Path(file.value.path()).read_bytes() == CSV
        release.refresh_from_db()
        assert file.value.suggested_filename == f"people-{release.downloads[0]}.csv"
        page.goto(f"/security/cancel-release/{cancel_token(release, facts.user)}/")
        shot(page, f"export cancel {visit.size}")
        visit.click("Cancel this export")
        expect(page.get_by_role("heading", level=1)).to_have_text("The export is canceled")
        page.goto(f"/security/releases/{release.pk}/")
        expect(page.get_by_text("Its file and its key are destroyed.")).to_be_visible()
        page.goto("/security/releases/")
        shot(page, f"exports {visit.size}")
