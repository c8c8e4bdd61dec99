// The page of a passkey: asks the browser, puts its answer into the form and sends it.
"use strict";

(() => {
  const root = document.querySelector("[data-otpguard-passkey]");
  if (!root) {
    return;
  }
  const words = root.dataset;
  const creating = words.otpguardPasskey === "create";
  const form = root.querySelector("[data-otpguard-answer]");
  const answer = form.querySelector("input[name='code']");
  const button = form.querySelector("button");
  const line = root.querySelector("[data-otpguard-status]");

  const say = (text, kind) => {
    line.textContent = text;
    line.dataset.kind = kind;
    line.hidden = false;
  };

  // --- options and answers as JSON, also for browsers that lack the conversion -------------------

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const ids = (list) => (list ?? []).map((item) => ({ ...item, id: bytes(item.id) }));

  const read = (raw) => {
    const name = creating ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    if (PublicKeyCredential[name]) {
      return PublicKeyCredential[name](raw);
    }
    const options = { ...raw, challenge: bytes(raw.challenge) };
    if (creating) {
      options.user = { ...raw.user, id: bytes(raw.user.id) };
      options.excludeCredentials = ids(raw.excludeCredentials);
    } else {
      options.allowCredentials = ids(raw.allowCredentials);
    }
    return options;
  };

  const write = (credential) => {
    if (credential.toJSON) {
      return credential.toJSON();
    }
    const { response } = credential;
    const plain = { clientDataJSON: text(response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) {
        plain[name] = text(response[name]);
      }
    }
    if (response.getTransports) {
      plain.transports = response.getTransports();
    }
    return {
      id: credential.id,
      rawId: credential.id,
      type: credential.type,
      response: plain,
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  };

  // --- asking ---------------------------------------------------------------------------------

  const send = (credential) => {
    if (credential) {
      answer.value = JSON.stringify(write(credential));
      form.submit();
    }
  };

  const explain = (error) => {
    if (error.name === "InvalidStateError") {
      say(words.textKnown, "bad");
    } else if (error.name === "NotSupportedError") {
      say(words.textUnsupported, "bad");
    } else {
      say(words.textCanceled, "bad");
    }
    button.focus();
  };

  const ask = async () => {
    button.disabled = true;
    say(words.textAsking, "wait");
    try {
      const publicKey = read(JSON.parse(words.options));
      const credential = creating
        ? await navigator.credentials.create({ publicKey })
        : await navigator.credentials.get({ publicKey });
      send(credential);
    } catch (error) {
      button.disabled = false;
      explain(error);
    }
  };

  if (!window.isSecureContext) {
    say(words.textInsecure, "bad");
    return;
  }
  if (!("PublicKeyCredential" in window)) {
    say(words.textUnsupported, "bad");
    return;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  button.disabled = false;
  if (document.activeElement?.matches("body, h1")) {
    button.focus();
  }
})();
