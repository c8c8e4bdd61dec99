// The page where the code is entered. It works without this script; with it, the page follows the
// sending, counts down to the next try, reads a code from a text message and cleans a pasted one.
"use strict";

(() => {
  const POLL_MS = 2000;
  const SLOW_MS = 10000;

  const root = document.querySelector("[data-otpguard-code]");
  if (!root) {
    return;
  }
  const words = root.dataset;
  const form = root.querySelector("[data-otpguard-answer]");
  const input = form.querySelector("input[autocomplete='one-time-code']");
  const line = root.querySelector("[data-otpguard-status]");
  const resend = root.querySelector("[data-otpguard-resend]");
  const another = root.querySelector("[data-otpguard-another]");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  let leaving = false;

  const go = (url) => {
    leaving = true;
    window.location.replace(url);
  };

  // --- how the sending goes ---------------------------------------------------------------------

  const sentence = (status) => {
    const values = {
      channel: status.channel,
      destination: status.destination,
      next: status.next_channel,
    };
    const again = status.tries > 1 && !status.remote; // a vendor's own code is a new one
    if (status.undeliverable) {
      return fill(
        status.tries > 1 ? words.textUndeliverableAnyhow : words.textUndeliverable,
        values,
      );
    }
    if (!status.channel) {
      return words.textPreparing;
    }
    if (status.delivered) {
      return fill(words.textDelivered, values);
    }
    if (status.sending) {
      return fill(again ? words.textSendingAgain : words.textSending, values);
    }
    const sent = fill(again ? words.textSentAgain : words.textSent, values);
    const waits = status.falls_back_at && status.next_channel;
    return waits ? `${sent} ${fill(words.textUnconfirmed, values)}` : sent;
  };

  /** Put a sentence in, its destination in one piece: a masked number is not broken in two. */
  const write = (text, destination) => {
    const [before, ...after] = destination ? text.split(destination) : [text];
    line.replaceChildren(before);
    for (const part of after) {
      const whole = document.createElement("bdi");
      whole.className = "og-together";
      whole.textContent = destination;
      line.append(whole, part);
    }
  };
  write(line.textContent.trim(), words.destination);

  const show = (status) => {
    const text = sentence(status);
    if (line.textContent !== text) {
      write(text, status.destination); // only then: each change is read out
    }
    line.dataset.kind = status.undeliverable ? "bad" : status.delivered ? "good" : "wait";
    another.hidden = !status.another_way;
    another.textContent = fill(words.textAnother, { way: status.another_way });
    if (String(status.tries) !== words.tries) {
      words.tries = status.tries;
      root.querySelector("[data-otpguard-lines]")?.remove(); // it tells of earlier tries only
    }
    allowResendIn(status.resend_in); // a fallback begins the wait anew
  };

  let timer = 0;
  let asking = false;

  const schedule = (wait) => {
    window.clearTimeout(timer);
    if (!document.hidden && !leaving) {
      timer = window.setTimeout(poll, wait);
    }
  };

  async function poll() {
    if (asking || leaving || document.hidden) {
      return;
    }
    asking = true;
    let wait = POLL_MS;
    try {
      const response = await fetch(words.pollUrl, { headers: { Accept: "application/json" } });
      if (response.status === 404) {
        return;
      }
      if (!response.ok) {
        throw new Error(`status ${response.status}`);
      }
      const status = await response.json();
      if (leaving) {
        return;
      }
      if (status.state === "verified") {
        go(words.continueUrl); // entered in another tab
      } else if (!status.open) {
        go(words.pageUrl);
      } else {
        show(status);
      }
    } catch {
      wait = SLOW_MS; // out of reach for the moment: the page still works
    } finally {
      asking = false;
    }
    schedule(wait);
  }

  document.addEventListener("visibilitychange", () => schedule(0));
  schedule(POLL_MS);

  const life = (Number(words.expires) - Number(words.now)) * 1000;
  window.setTimeout(() => go(words.pageUrl), Math.max(0, life) + 1000);

  // --- the countdown to sending again -----------------------------------------------------------

  const label = resend.textContent;
  let countdown = 0;
  let until = 0;

  const tick = () => {
    const seconds = Math.ceil((until - performance.now()) / 1000);
    resend.disabled = seconds > 0;
    resend.textContent = seconds > 0 ? fill(words.textWait, { seconds }) : label;
    if (seconds <= 0) {
      window.clearInterval(countdown);
    }
  };

  function allowResendIn(seconds) {
    window.clearInterval(countdown);
    until = performance.now() + Number(seconds) * 1000;
    countdown = window.setInterval(tick, 1000);
    tick();
  }

  allowResendIn(words.resendIn);

  // --- the answer -------------------------------------------------------------------------------

  let sending = false;
  const otp = new AbortController();

  form.addEventListener("submit", (event) => {
    if (sending) {
      event.preventDefault(); // a second click would cost a try
      return;
    }
    sending = true;
    otp.abort();
  });
  window.addEventListener("pageshow", () => {
    sending = false;
  });
  window.addEventListener("pagehide", () => {
    window.clearTimeout(timer);
  });

  /** Put in a code that came as a whole; a complete one is sent at once, a typed one never. */
  const take = (code) => {
    input.value = code;
    if (code.length === Number(words.digits)) {
      form.requestSubmit();
    }
  };

  input.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text") ?? "";
    const code = pasted.replace(/[\s\p{Pd}]/gu, "");
    if (/^\d+$/.test(code)) {
      event.preventDefault();
      take(code);
    }
  });

  if ("OTPCredential" in window) {
    navigator.credentials
      .get({ otp: { transport: ["sms"] }, signal: otp.signal })
      .then((found) => {
        if (found?.code && !leaving) {
          take(found.code);
        }
      })
      .catch(() => {}); // declined, or sent by hand meanwhile
  }
})();
