/* The form for a number: says on which device it is filled in, and solves a puzzle if one is asked
   for. Without it the form works as it is. */

"use strict";

(() => {
  const form = document.querySelector("[data-otpguard-number]");
  const { solve, fingerprint } = window.otpguardWork ?? {};
  if (!form || !solve) {
    return;
  }

  fingerprint()
    .then((made) => {
      form.elements.device.value = made;
    })
    .catch(() => {}); // the form works without

  // --- counts and times of interactions, where the site has them counted ------------------------

  if (form.elements.behavior) {
    const seen = { pointer: 0, key: 0, touch: 0, paste: 0, first_ms: -1 };
    const count = (name) => () => {
      seen[name] += 1;
      if (seen.first_ms < 0) {
        seen.first_ms = Math.round(performance.now());
      }
    };
    const events = { pointerdown: "pointer", keydown: "key", touchstart: "touch", paste: "paste" };
    for (const [event, name] of Object.entries(events)) {
      document.addEventListener(event, count(name), { passive: true });
    }
    form.addEventListener("submit", () => {
      form.elements.behavior.value = JSON.stringify(seen);
    });
  }

  // --- the puzzle -------------------------------------------------------------------------------

  const work = form.querySelector("[data-otpguard-work]");
  if (!work) {
    return;
  }
  const line = work.querySelector("[role=status]");
  const button = form.querySelector("button[type=submit]");
  const widget = work.querySelector("[data-sitekey]");
  work.querySelector("[data-otpguard-unscripted]").remove();
  const say = (text, kind) => {
    line.hidden = false;
    line.dataset.kind = kind;
    if (line.textContent !== text) {
      line.textContent = text; // only then: each change is read out
    }
  };

  // Sent before it is solved, the form would only come back with another puzzle.
  button.disabled = true;
  let said = -1;
  const progress = (percent) => {
    const step = percent - (percent % 25); // a screen reader hears four of them
    if (step !== said) {
      said = step;
      say(`${work.dataset.textWorking} ${step} %`, "wait");
    }
  };
  progress(0);
  solve(JSON.parse(work.dataset.otpguardWork), progress)
    .then((solved) => {
      form.elements.work.value = solved;
      button.disabled = false;
      if (widget || !form.checkValidity()) {
        say(work.dataset.textPress, "good"); // a person has something left to do
      } else {
        form.requestSubmit();
      }
    })
    .catch(() => {
      say(work.dataset.textFailed, "bad");
    });
})();
