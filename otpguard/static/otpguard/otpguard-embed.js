/* Prove a phone number in a form on another origin:

     <script src="https://app.example.com/static/otpguard/otpguard-embed.js"
             data-otpguard="https://app.example.com/security/" defer></script>
     <form data-otpguard-checkpoint="signup" action="https://app.example.com/join/" method="post">
       <input type="tel" name="number" required> <button>Join</button>
     </form>

   A stranger opens a link in an e-mail first, and goes on at this page in the browser in which the
   link was opened. An e-mail field of the form is used for it; a form without one gets one.

   The form is sent as it is once the number is proven, with `otpguard_claim` in addition: a
   reference that the server of the product redeems. No cookie is set, nothing else is loaded. */

"use strict";

(() => {
  const script = document.currentScript;
  const base = new URL(script.dataset.otpguard);

  /** What the link of an e-mail has led here with; it does not stay in the address. */
  const mailed = /^#otpguard-mailed=([\w=-]+)$/.exec(location.hash)?.[1] ?? "";
  if (mailed) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }

  /** The solver lies beside this file. */
  const solver = new Promise((resolve, reject) => {
    const file = document.createElement("script");
    file.src = new URL("work.js", script.src);
    file.nonce = script.nonce;
    file.addEventListener("load", () => resolve(window.otpguardWork));
    file.addEventListener("error", () => reject(new Error("work.js")));
    document.head.append(file);
  });

  const ask = async (name, fields) => {
    const response = await fetch(new URL(`embed/${name}/`, base), {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(fields),
    });
    return { ok: response.ok, ...(await response.json()) };
  };

  const make = (tag, attributes = {}, text = "") => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.textContent = text;
    return element;
  };

  const attach = async (form) => {
    const { solve, fingerprint } = await solver;
    const checkpoint = form.dataset.otpguardCheckpoint;
    const first = await ask("form", { checkpoint, mailed });
    if (!first.ok) {
      throw new Error(first.code);
    }
    const { texts, consent } = first;
    let token = first.form;
    let challenge = "";
    let busy = false;
    const device = await fingerprint();

    const line = make("p", { className: "otpguard-line" });
    line.setAttribute("role", "status");
    const trap = make("input", { name: "contact_subject", tabIndex: -1, autocomplete: "off" });
    const hidden = make("div", { inert: true });
    hidden.setAttribute("aria-hidden", "true");
    hidden.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
    hidden.append(trap);
    form.append(hidden, line);
    let agreed = null;
    if (consent) {
      const label = make("label", { className: "otpguard-consent" });
      agreed = make("input", { type: "checkbox", required: true });
      label.append(agreed, ` ${consent.text}`);
      line.before(label);
    }
    const say = (text) => {
      line.textContent = text;
    };
    /** A token for what is sent once more; false where there is none. */
    const again = async (said) => {
      token = said.form ?? (await ask("form", { checkpoint, mailed })).form;
      return Boolean(token);
    };

    // --- the link in an e-mail, first -------------------------------------------------------------

    let email = null;
    const askForEmail = () => {
      if (email) {
        return;
      }
      const part = make("div", { className: "otpguard-email" });
      part.append(make("p", {}, texts.email_first));
      email = form.querySelector("input[type=email]");
      const beside = email && (email.closest("label") ?? email);
      if (!email) {
        const label = make("label", {}, `${texts.email} `);
        email = make("input", { type: "email", autocomplete: "email", maxLength: 254 });
        label.append(email);
        part.append(label, " ");
      }
      const button = make("button", { type: "button" }, texts.send_link);
      const told = make("p", { className: "otpguard-line" });
      told.setAttribute("role", "status");
      part.append(button, told);
      if (beside) {
        beside.after(part);
      } else {
        form.prepend(part);
      }
      const send = async (once = false) => {
        const sent = { form: token, device, email: email.value, page: location.pathname };
        const said = await ask("email", { ...sent, contact_subject: trap.value });
        if (said.code === "form_again" && !once && (await again(said))) {
          await send(true);
          return;
        }
        token = said.form ?? token;
        told.textContent = said.ok ? texts.link_sent : said.detail;
      };
      button.addEventListener("click", () => {
        if (email.value && email.reportValidity()) {
          busily(send, (text) => {
            told.textContent = text;
          });
        } else {
          email.focus();
        }
      });
      // Enter in this field must not send the form.
      email.addEventListener("keydown", (event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          button.click();
        }
      });
    };

    // --- the number -------------------------------------------------------------------------------

    /** The widget of a hosted captcha; resolves once it has an answer. */
    const captchaAnswer = (widget) =>
      new Promise((resolve, reject) => {
        const place = make("div", { className: widget.css_class });
        Object.assign(place.dataset, { sitekey: widget.site_key, action: widget.action });
        line.before(place);
        const file = make("script", { src: widget.script_url, nonce: script.nonce });
        file.addEventListener("error", () => reject(new Error("captcha")));
        document.head.append(file);
        const look = window.setInterval(() => {
          const answer = place.querySelector(`[name="${widget.answer_field}"]`)?.value;
          if (answer) {
            window.clearInterval(look);
            place.remove();
            resolve(answer);
          }
        }, 200);
      });

    const start = async (more = {}) => {
      const number = form.querySelector("input[type=tel]").value;
      const sent = { form: token, number, device, contact_subject: trap.value, ...more };
      if (agreed?.checked) {
        sent.consent = consent.version;
      }
      const said = await ask("start", sent);
      token = said.form ?? token;
      if (said.ok) {
        challenge = said.challenge;
        askForCode();
      } else if (said.code === "proof_of_work" && !more.work) {
        say(texts.working);
        const answers = [solve(JSON.parse(said.work))];
        if (said.captcha) {
          answers.push(captchaAnswer(said.captcha));
        }
        const [work, captcha = ""] = await Promise.all(answers);
        await start({ work, captcha });
      } else if (said.code === "form_again" && !more.again && (await again(said))) {
        await start({ again: "once" });
      } else if (said.code === "email_first") {
        askForEmail();
        email.focus();
        say(said.detail);
      } else {
        say(said.code === "proof_of_work" ? texts.failed : said.detail);
      }
    };

    let code = null;
    const askForCode = () => {
      say(texts.sent);
      if (!code) {
        const label = make("label", { className: "otpguard-code" }, `${texts.code} `);
        code = make("input", { inputMode: "numeric", autocomplete: "one-time-code", required: true });
        label.append(code);
        line.after(label, make("button", { type: "submit" }, texts.confirm));
      }
      code.focus();
    };

    const answer = async () => {
      const said = await ask("answer", { challenge, code: code.value });
      if (!said.ok) {
        say(said.detail);
        return;
      }
      form.append(make("input", { type: "hidden", name: "otpguard_claim", value: said.claim }));
      const proven = new CustomEvent("otpguard:proven", {
        bubbles: true,
        cancelable: true,
        detail: { claim: said.claim },
      });
      hidden.remove();
      if (form.dispatchEvent(proven)) {
        form.submit();
      }
    };

    const busily = async (act, tell) => {
      if (busy) {
        return;
      }
      busy = true;
      try {
        await act();
      } catch (problem) {
        tell(problem instanceof TypeError ? texts.away : texts.failed);
      } finally {
        busy = false;
      }
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busily(challenge ? answer : start, say);
    });
    if (first.email_first) {
      askForEmail();
    }
    form.dataset.otpguardReady = "";
  };

  const begin = () => {
    for (const form of document.querySelectorAll("form[data-otpguard-checkpoint]")) {
      attach(form).catch((problem) => {
        console.error("otpguard: this form cannot ask for codes:", problem.message);
      });
    }
  };
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", begin);
  } else {
    begin();
  }
})();
