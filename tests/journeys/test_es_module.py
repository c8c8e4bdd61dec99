"""The dialog as an ES module, on a page without the template: it asks, and the call is repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import expect

import otpguard
from tests import guarded
from tests.visits import Enter

CALL = """async () => {
  const { stepUpFetch } = await import("/static/otpguard/stepup.mjs");
  const headers = { Accept: "application/json" };
  window.answers = [];
  stepUpFetch("/api/keys/", { headers }).then(
    (response) => window.answers.push(response.status),
    (error) => window.answers.push(error.name),
  );
}"""


def test_the_package_is_of_this_release_and_names_files_that_are_there() -> None:
    found = Path(str(finders.find("otpguard/package.json")))
    package = json.loads(found.read_text(encoding="utf-8"))
    assert package["version"] == otpguard.__version__
    for name in package["files"]:
        assert finders.find(f"otpguard/{name}"), name


@pytest.mark.slow
def test_a_401_opens_the_dialog_and_the_call_is_repeated_once(enter: Enter, shot: Any) -> None:
    with enter(phone=True) as visit:
        page = visit.page
        page.goto("/open/")
        page.evaluate(CALL)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        shot(page, f"module dialog {visit.size}")
        with page.expect_popup() as opened:
            dialog.get_by_role("link").click()
        visit.page = opened.value
        visit.click("Send a code")
        visit.enter_sent_code()
        expect(dialog).to_have_count(0)
        page.wait_for_function("window.answers.length === 1")
        assert page.evaluate("window.answers") == [200]
        assert guarded.ran == ["api get"]


@pytest.mark.slow
def test_who_cancels_gets_an_error_and_nothing_is_done(enter: Enter) -> None:
    with enter(phone=True) as visit:
        page = visit.page
        page.goto("/open/")
        page.evaluate(CALL)
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        page.wait_for_function("window.answers.length === 1")
        assert page.evaluate("window.answers") == ["StepUpCanceled"]
        assert guarded.ran == []
