"""The browser hears on the Security page which passkeys are still there."""

from __future__ import annotations

from otpguard.models import Factor
from tests import factories
from tests.authenticator import Authenticator
from tests.visits import Enter

RECORD = """
if (window.PublicKeyCredential) {
  window.said = [];
  PublicKeyCredential.signalAllAcceptedCredentials = async (list) => window.said.push(list);
}
"""


def test_the_security_page_says_which_passkeys_are_still_there(enter: Enter) -> None:
    with enter() as visit:
        page = visit.page
        page.add_init_script(RECORD)
        page.goto("/security/")
        assert [each["allAcceptedCredentialIds"] for each in page.evaluate("said")] == [[]]
        row = factories.passkey_factor(visit.user, Authenticator(origin=page.url))
        page.goto("/security/")
        (said,) = page.evaluate("said")
        assert said["allAcceptedCredentialIds"] == [row.credential_id]
        assert said["rpId"] == page.evaluate("location.hostname")
        assert len(said["userId"]) == 43
        Factor.objects.all().delete()
        page.goto("/security/")
        assert page.evaluate("said")[0]["allAcceptedCredentialIds"] == []
