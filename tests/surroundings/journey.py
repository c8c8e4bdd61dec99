"""One whole journey: enroll, step up, resume a kept form, revoke, admin lists, API."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.surroundings.browser import Browser
from tests.surroundings.host import PASSWORD

ARRIVES_WITHIN = 30.0
LISTS = 21
"""At least so many lists has the admin."""


@dataclass
class Journey:
    """Alice's way through a host, then that of an operator."""

    alice: Browser
    root: Browser
    between: Callable[[], None]
    """Called between enrolling and everything else."""
    taken: set[str] = field(default_factory=set)
    """The codes that were read off the phone."""

    def run(self) -> None:
        """All of it. Raises AssertionError where the way ends."""
        self.enroll()
        self.between()
        self.step_up()
        self.resume()
        self.revoke()
        self.admin_lists()
        self.api()

    def enroll(self) -> None:
        """Log in, and set up the first phone."""
        self.log_in(self.alice, "alice")
        self.alice.get("security/add/phone/")
        self.alice.submit("/add/phone/", number="+12015550123")
        self.enter_code()
        self.end_proofs()

    def step_up(self) -> None:
        """A page that asks for a proof, a wrong answer, another channel, the right answer."""
        alice = self.alice
        alice.get("export/")
        self.choose()
        alice.submit("/challenge/[^/]+/again/", another_way="1")
        self.at("/challenge/")
        right = self.new_code()
        alice.submit("/challenge/[^/]+/", code=f"{(int(right) + 1) % 1_000_000:06d}")
        assert alice.status in {400, 429}, alice.text
        if alice.status == 429:
            time.sleep(1)
        alice.submit("/challenge/[^/]+/", code=right)
        self.see("all contacts", alice.text)
        self.see("all contacts", alice.get("export/"))
        self.end_proofs()

    def resume(self) -> None:
        """A form that waits until its sender has proven who they are."""
        self.alice.get("keys/")
        self.alice.submit("/keys/", name="ci")
        self.choose()
        self.enter_code()
        self.alice.submit("/keys/")
        self.see("made ci", self.alice.text)

    def revoke(self) -> None:
        """End what was proven: it is asked for again."""
        self.see("all contacts", self.alice.get("export/"))
        self.end_proofs()
        self.alice.get("export/")
        self.at("/step-up/")

    def admin_lists(self) -> None:
        """Every list, a search in it, and one row of it."""
        self.log_in(self.root, "root")
        index = self.root.get("admin/")
        lists = sorted(set(re.findall(r'href="[^"]*?(admin/otpguard/\w+/)"', index)))
        assert len(lists) >= LISTS, lists
        for path in lists:
            self.ok(path)
            rows = re.findall(rf'href="[^"]*?({path}[^"?/]+/(?:change|view)/)', self.root.text)
            if 'name="q"' in self.root.text:
                self.ok(f"{path}?q=a")
            for row in rows[:1]:
                self.ok(row)

    def api(self) -> None:
        """Read, be asked for a proof, and write."""
        self.alice.get("security/api/coverage/", accept="application/json")
        assert json.loads(self.alice.text)["members"] == 1, self.alice.text
        self.alice.get("security/api/coverage/", accept="text/html,*/*;q=0.8")
        assert self.alice.status == 200, self.alice.text
        rule = {"level": "AAL2", "grace_days": 14}
        problem = self.alice.put("security/api/enrollment/", rule)
        assert self.alice.status == 401, self.alice.text
        self.alice.get(problem["challenge_url"])
        self.choose()
        self.enter_code()
        assert self.alice.put("security/api/enrollment/", rule)["grace_days"] == 14

    def end_proofs(self) -> None:
        """End each proof on the Security page; there is one at least."""
        self.alice.get("security/")
        while True:
            self.alice.submit("/grants/[^/]+/end/")
            assert self.alice.status == 200, self.alice.text[:600]
            if not re.search("/grants/[^/]+/end/", self.alice.text):
                return

    def log_in(self, browser: Browser, name: str) -> None:
        """By the host's own page."""
        browser.get("login/")
        browser.submit("/login/", username=name, password=PASSWORD)
        arrived = browser.status == 200 and browser.path.endswith("/keys/")
        assert arrived, (browser.path, browser.status, browser.text[:600])

    def choose(self) -> None:
        """Take the first factor that is offered."""
        self.at("/step-up/")
        self.alice.submit("/step-up/[^/]+/")

    def enter_code(self) -> None:
        """Read the code off the phone, and enter it."""
        self.at("/challenge/")
        self.alice.submit("/challenge/[^/]+/", code=self.new_code())
        assert self.alice.status == 200, (self.alice.status, self.alice.text[:600])

    def new_code(self) -> str:
        """The code that has come since the last one was taken. A second message with that one may
        come later still."""
        deadline = time.monotonic() + ARRIVES_WITHIN
        while not (found := [code for code in self.alice.codes() if code not in self.taken]):
            assert time.monotonic() < deadline, "no message has arrived"
            time.sleep(0.05)
        self.taken.add(found[-1])
        return found[-1]

    def at(self, where: str) -> None:
        """Be at a page."""
        alice = self.alice
        assert where in alice.path, (alice.path, alice.status, alice.text[:600])

    def ok(self, path: str) -> None:
        """A page of the admin that can be read."""
        self.root.get(path)
        assert self.root.status == 200, (path, self.root.status, self.root.text[:600])

    @staticmethod
    def see(words: str, text: str) -> None:
        """Be shown something."""
        assert words in text, text[:600]
