"""Passkeys, apps, recovery codes, numbers and enforcement, as people meet them in a browser.

Every journey runs at desktop and at phone width. The passkeys are those of Chromium's virtual
authenticator; the app's key is read off the picture that a person would scan.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import zxingcpp
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from otpguard.channels.providers.memory import SENT
from otpguard.core.totp import Seed, code_at, read_key, step_at
from otpguard.flows.factor.replace import replace_due
from otpguard.models import Factor, Grant, Membership
from otpguard.testing import send_notices
from tests import enrolling
from tests.visits import Enter, Visit

Shot = Callable[[Page, str], Path]


def add_passkey(visit: Visit, name: str) -> None:
    """From the Security page to a new passkey; the site asks for a factor, if there is one."""
    visit.page.goto("/security/")
    visit.click("Add a way")
    visit.click("Passkey or security key")
    visit.page.get_by_label("Name").fill(name)
    visit.click("Continue")


def confirm_by_passkey(visit: Visit, shot: Shot) -> None:
    """From the choice of factors, by a passkey, on to what was asked for."""
    visit.heading("Confirm that it is you")
    visit.click(re.compile("Confirm with"))
    visit.heading("Confirm with your passkey")
    shot(visit.page, f"passkey use {visit.size}")
    visit.click("Use your passkey")
    visit.click(re.compile("^Continue"))


def test_two_passkeys_a_step_up_with_one_and_the_other_removed(enter: Enter, shot: Shot) -> None:
    with enter(phone=True) as visit:
        laptop = visit.plug_in()
        add_passkey(visit, "Work laptop")
        visit.click(re.compile("Send a code"))
        visit.enter_sent_code()
        visit.click(re.compile("^Continue"))
        visit.heading("Add a passkey or security key")
        shot(visit.page, f"passkey create {visit.size}")
        visit.click("Create the passkey")
        visit.heading("Security")
        expect(visit.page.get_by_text("Work laptop", exact=True)).to_be_visible()

        # A second one would serve AAL3 as the first does, so the first is asked for.
        visit.plug_in(transport="usb")
        add_passkey(visit, "Blue key")
        confirm_by_passkey(visit, shot)
        visit.click("Create the passkey")
        visit.heading("Security")
        expect(visit.page.get_by_text("Blue key", exact=True)).to_be_visible()

        # The laptop is away: the key alone steps up.
        visit.unplug(laptop)
        Grant.objects.update(revoked_at=timezone.now())
        visit.page.goto("/billing/")
        visit.page.get_by_label(re.compile("Passkey or security key")).check()
        visit.click("Continue")
        visit.click("Use your passkey")
        expect(visit.page.get_by_text("done: billing by GET")).to_be_visible()
        used = Factor.objects.get(name="Blue key")
        assert Grant.objects.get(revoked_at=None).factor_id == used.pk

        visit.page.goto("/security/")
        visit.page.get_by_role("link", name=re.compile("Remove.*Work laptop")).click()
        visit.click("Confirm and remove")
        confirm_by_passkey(visit, shot)
        visit.heading("Security")
        assert set(Factor.objects.values_list("name", flat=True)) & {"Work laptop"} == set()


def test_a_refused_ceremony_says_so_and_can_be_tried_again(enter: Enter, shot: Shot) -> None:
    with enter() as visit:
        full = visit.plug_in(hasUserVerification=False, hasResidentKey=False)
        add_passkey(visit, "Work laptop")
        visit.heading("Add a passkey or security key")
        visit.cdp.send(
            "WebAuthn.setResponseOverrideBits",
            {"authenticatorId": full, "isBogusSignature": True, "isBadUP": True},
        )
        visit.click("Create the passkey")
        expect(visit.page.get_by_role("alert")).to_contain_text("Try again")
        shot(visit.page, f"passkey failed {visit.size}")
        visit.unplug(full)
        visit.plug_in()
        visit.click("Create the passkey")
        visit.heading("Security")


NOTES_REQUESTS = """
  window.requests = 0;
  const get = navigator.credentials.get;
  navigator.credentials.get = (...given) => {
    window.requests += 1;
    return get.apply(navigator.credentials, given);
  };
"""


def test_a_passkey_is_asked_for_by_the_button_alone(enter: Enter) -> None:
    with enter() as visit:
        visit.plug_in()
        add_passkey(visit, "Work laptop")
        visit.click("Create the passkey")
        visit.heading("Security")
        Grant.objects.update(revoked_at=timezone.now())
        visit.page.add_init_script(NOTES_REQUESTS)
        visit.page.goto("/billing/")
        visit.click(re.compile("Confirm with"))
        visit.heading("Confirm with your passkey")
        expect(visit.page.get_by_text("Your account: ")).to_be_visible()
        visit.page.wait_for_load_state("networkidle")
        assert visit.page.evaluate("window.requests") == 0
        visit.click("Use your passkey")
        expect(visit.page.get_by_text("done: billing by GET")).to_be_visible()


def test_an_app_by_its_picture_and_never_a_number(enter: Enter, shot: Shot) -> None:
    """Somebody who never gives a phone: the picture is read as a camera would."""
    with enter() as visit:
        visit.page.goto("/billing/")
        visit.heading("Set up a way to confirm")
        visit.click("Authenticator app")
        visit.page.get_by_label("Name").fill("My app")
        visit.click("Continue")
        visit.heading("Set up your authenticator app")
        shot(visit.page, f"totp {visit.size}")
        picture = visit.page.get_by_role("img").screenshot()
        # Any two dark bars may pass for a code of another kind: ask for the one that is shown.
        (found,) = zxingcpp.read_barcodes(
            Image.open(io.BytesIO(picture)), formats=zxingcpp.BarcodeFormat.QRCode
        )
        query = parse_qs(urlsplit(found.text).query)
        seed = Seed(key=read_key(query["secret"][0]))
        visit.page.get_by_label("Code", exact=True).fill(
            code_at(seed, step_at(seed, timezone.now())).digits
        )
        visit.click("Verify")
        expect(visit.page.get_by_text("done: billing by GET")).to_be_visible()
        assert [factor.kind for factor in Factor.objects.all()] == ["totp"]
        assert not SENT


def test_recovery_by_a_saved_and_an_emailed_code(enter: Enter, shot: Shot) -> None:
    with enter(phone=True) as visit:
        visit.page.goto("/security/recovery-codes/")
        visit.click("Confirm and make codes")
        visit.click(re.compile("Send a code"))
        visit.enter_sent_code()
        visit.click(re.compile("^Continue"))
        expect(visit.page.get_by_text(re.compile(r"^\w{4}(-\w{4}){5}$")).first).to_be_visible()
        shot(visit.page, f"recovery codes {visit.size}")
        saved = visit.page.get_by_text(re.compile(r"^\w{4}(-\w{4}){5}$")).first.inner_text()

        # The phone is gone. A saved code is half of the way back, an e-mailed one the other.
        Grant.objects.update(revoked_at=timezone.now())
        visit.page.goto("/security/add/totp/")
        visit.page.get_by_label("Name").fill("New app")
        visit.click("Continue")
        visit.page.get_by_label("Recovery code").check()
        visit.click("Continue")
        visit.page.get_by_label("Recovery code").fill(saved.lower())
        visit.click("Verify")
        expect(visit.page.get_by_text("Confirm in one more way")).to_be_visible()
        shot(visit.page, f"recovery second way {visit.size}")
        visit.click(re.compile("Send a code to .*@example.com"))
        visit.enter_sent_code()
        assert SENT[-1].to == "alice@example.com"
        visit.click(re.compile("^Continue"))
        visit.heading("Set up your authenticator app")
        send_notices()
        assert "recovery code was used" in " ".join(message.subject for message in SENT).lower()


def test_a_new_number_waits_and_then_takes_over(enter: Enter, shot: Shot) -> None:
    with enter(phone=True) as visit:
        visit.page.goto("/security/")
        visit.click("Change number")
        visit.page.get_by_label("Phone number").fill("+1 201 555 0199")
        visit.click(re.compile("Send a code|Continue|Change"))
        visit.click(re.compile("Send a code"))
        visit.enter_sent_code()
        visit.click(re.compile("^Continue"))
        visit.enter_sent_code()
        visit.heading("Security")
        expect(visit.page.get_by_text("Does not count yet")).to_be_visible()
        shot(visit.page, f"number waits {visit.size}")
        send_notices()
        told = {message.to for message in SENT if message.code is None}
        assert told == {"alice@example.com", "+12015550123"}

        later = timezone.now() + timedelta(hours=25)
        assert replace_due(now=later) == 1
        assert Factor.objects.get().secret.reveal() == "+12015550199"


def test_enforcement_counts_down_and_then_closes_everything_else(enter: Enter, shot: Shot) -> None:
    with enter() as visit:
        member = Membership.objects.get(user=visit.user)
        enrolling.rule(visit.tenant, grace_days=14)
        enrolling.joined(member, timedelta(days=12))
        visit.page.goto("/home/")
        expect(visit.page.get_by_text(re.compile("left to set up"))).to_be_visible()
        shot(visit.page, f"banner {visit.size}")

        enrolling.joined(member, timedelta(days=30))
        visit.page.goto("/terms/")
        visit.heading("Security")
        expect(visit.page.get_by_text("The deadline has passed")).to_be_visible()
        shot(visit.page, f"overdue {visit.size}")
        visit.plug_in()
        visit.click("Add a way")
        visit.click("Passkey or security key")
        visit.page.get_by_label("Name").fill("Work laptop")
        visit.click("Continue")
        visit.click("Create the passkey")
        expect(visit.page.get_by_text("done: ordinary")).to_be_visible()
