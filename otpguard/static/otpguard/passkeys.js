// The Security page: tells the browser which passkeys are still ours, so that it forgets the others.
"use strict";

(() => {
  const root = document.querySelector("[data-otpguard-passkeys]");
  if (!root || !window.PublicKeyCredential?.signalAllAcceptedCredentials) {
    return;
  }
  const known = JSON.parse(root.dataset.otpguardPasskeys);
  for (const userId of known.handles) {
    // What comes of it is not told to pages, and a browser that refuses needs no message.
    PublicKeyCredential.signalAllAcceptedCredentials({
      rpId: known.party || window.location.hostname,
      userId,
      allAcceptedCredentialIds: known.credentials,
    }).catch(() => {});
  }
})();
