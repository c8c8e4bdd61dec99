// The page where the code is entered. It works without this script; with it, the page follows the
// sending, counts down to the next try, reads a code from a text message and cleans a pasted one.
"use strict";

(() => {
  const POLL_MS = 2000;
  const SLOW_MS = 10000;
  const STUCK_MS = 10000; // so long without progress in the sending, another way is offered
  const OVER_MS = 60000; // how long the end of a challenge is still told

  const root = document.querySelector("[data-otpguard-code]");
  if (!root) {
    return;
  }
  const words = root.dataset;
  const form = root.querySelector("[data-otpguard-answer]");
  const input = form.querySelector("input[autocomplete='one-time-code']");
  const line = root.querySelector("[data-otpguard-status]");
  const digits = root.querySelector("[data-otpguard-digits]");
  const resend = root.querySelector("[data-otpguard-resend]");
  const another = root.querySelector("[data-otpguard-another]");
  const stuck = root.querySelector("[data-otpguard-stuck]");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const STAGES = ["preparing", "sending", "sent", "undeliverable"]; // all others are the end
  let leaving = false;
  let sending = false;

  const go = (url) => {
    leaving = true;
    window.location.replace(url);
  };

  // --- how the sending goes ---------------------------------------------------------------------

  // The status address knows no channel and no number: those stand in the page, for its step.

  const sentence = (status) => {
    const values = {
      channel: words.channel,
      destination: words.destination,
      next: words.nextChannel,
      counting: words.counting,
    };
    if (status.state === "undeliverable") {
      return fill(words.several ? words.textUndeliverableAnyhow : words.textUndeliverable, values);
    }
    const counting = words.counting ? words.textCounting : ""; // there is more than one code
    return [...progress(status), counting]
      .filter(Boolean)
      .map((text) => fill(text, values))
      .join(" ");
  };

  /** The sentences on where the current message is, with places to fill in. */
  const progress = (status) => {
    if (status.state === "preparing") {
      return [words.textPreparing];
    }
    if (status.delivered) {
      return [words.textDelivered];
    }
    if (status.state === "sending") {
      return [words.repeated ? words.textSendingAgain : words.textSending];
    }
    return [
      words.repeated ? words.textSentAgain : words.textSent,
      status.slow ? words.textUnconfirmed : "",
    ];
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
      write(text, words.destination); // only then: each change is read out
    }
    const bad = status.state === "undeliverable";
    line.dataset.kind = bad ? "bad" : status.delivered ? "good" : "wait";
    moved(status);
    allowResendIn(status.resend_in); // a fallback starts the wait from zero
  };

  // Nobody sends while the worker is away, and the store may be: the page must not look frozen.

  const UNSENT = ["preparing", "sending"];
  let patience = 0;

  const watch = (wait) => {
    window.clearTimeout(patience);
    stuck.hidden = true;
    if (UNSENT.includes(words.state)) {
      patience = window.setTimeout(() => {
        stuck.hidden = false;
      }, wait);
    }
  };

  const placeOf = (state, step) => `${state} ${step ?? ""}`;
  let place = placeOf(words.state, words.step);

  const moved = (status) => {
    words.state = status.state;
    if (place !== placeOf(status.state, status.step)) {
      place = placeOf(status.state, status.step);
      watch(STUCK_MS);
    }
  };

  watch(Math.max(0, STUCK_MS - Number(words.waited) * 1000));

  /** True if the page must say again where the code went: another message, or another code. */
  const isAnother = (status) =>
    String(status.step ?? "") !== words.step || (words.mixed && status.state !== words.state);

  /** Take over from the page as it is now what belongs to its step. False if it is over. */
  const renew = async () => {
    const response = await fetch(words.pageUrl, { headers: { Accept: "text/html" } });
    if (!response.ok) {
      throw new Error(`page ${response.status}`);
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const now = page.querySelector("[data-otpguard-code]");
    if (!now) {
      return false;
    }
    Object.assign(words, now.dataset);
    const lines = root.querySelector("[data-otpguard-lines]");
    const renewed = now.querySelector("[data-otpguard-lines]");
    if (lines && renewed) {
      lines.querySelector("ol").replaceWith(renewed.querySelector("ol"));
    } else if (renewed) {
      root.append(renewed);
    }
    another.hidden = !words.anotherWay;
    another.textContent = fill(words.textAnother, { way: words.anotherWay });
    const lengths = words.digits.split(" "); // another vendor's codes may be longer
    digits.hidden = lengths.length > 1 || !Number(lengths[0]);
    digits.textContent = fill(words.textDigits, { digits: lengths[0] });
    return true;
  };

  let timer = 0;
  let asking = false;
  let etag = "";

  const schedule = (wait) => {
    window.clearTimeout(timer);
    if (!document.hidden && !leaving) {
      timer = window.setTimeout(poll, wait);
    }
  };

  const takeIn = async (status) => {
    if (leaving || (sending && status.state === "verified")) {
      return; // what this page has sent leads on by itself; going as well would ask for it twice
    }
    if (status.state === "verified") {
      go(words.continueUrl); // entered in another tab
    } else if (!STAGES.includes(status.state) || (isAnother(status) && !(await renew()))) {
      go(words.pageUrl);
    } else {
      show(status);
    }
  };

  async function poll() {
    if (asking || leaving || document.hidden) {
      return;
    }
    asking = true;
    let wait = POLL_MS;
    try {
      const headers = { Accept: "application/json" };
      if (etag) {
        headers["If-None-Match"] = etag;
      }
      const response = await fetch(words.pollUrl, { headers });
      if (response.status === 404) {
        if (performance.now() > OVER_MS) {
          go(words.pageUrl); // it ended while this page slept
        }
        return;
      }
      if (response.status !== 304) {
        if (!response.ok) {
          throw new Error(`status ${response.status}`);
        }
        await takeIn(await response.json());
        etag = response.headers.get("ETag") ?? ""; // only what was taken in is not asked for again
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
    if (words.digits.split(" ").includes(String([...code].length))) {
      form.requestSubmit();
    }
  };

  input.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text") ?? "";
    const code = pasted.replace(/[\p{Cf}\p{Dash}\s]/gu, "");
    if (/^\p{Nd}+$/u.test(code)) {
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
      .catch(() => {}); // declined, or already sent by hand
  }
})();
