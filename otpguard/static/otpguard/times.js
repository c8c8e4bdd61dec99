// Show times in the reader's own time zone, and count down to what must be waited for. Without this
// script times stand in the server's, and the buttons work: the server says once more to wait.
"use strict";

(() => {
  const words = document.currentScript.dataset;
  const language = document.documentElement.lang || undefined;
  const DAY_MS = 86400000;
  const dayOf = (at) => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / DAY_MS;

  /** "tomorrow at 4:05 PM", or with its date what is further away. */
  const said = (at) => {
    const near = {
      [-1]: words.textYesterday,
      0: words.textToday,
      1: words.textTomorrow,
    }[dayOf(at) - dayOf(new Date())];
    return near
      ? near.replace("{time}", at.toLocaleTimeString(language, { timeStyle: "short" }))
      : at.toLocaleString(language, { dateStyle: "long", timeStyle: "short" });
  };

  for (const time of document.querySelectorAll("time[data-otpguard-time]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) {
      time.textContent =
        time.dataset.otpguardTime === "full"
          ? said(at)
          : at.toLocaleTimeString(language, { timeStyle: "short" });
    }
  }

  /** 0:09, 12:30, 3:04:05; nothing for what is more than a day away. */
  const clock = (seconds) => {
    const two = (number) => String(number).padStart(2, "0");
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const end = two(seconds % 60);
    return hours ? `${hours}:${two(minutes)}:${end}` : `${minutes}:${end}`;
  };

  const close = (control, closed) => {
    if (control.tagName !== "A") {
      control.disabled = closed;
    } else if (closed) {
      control.dataset.href = control.getAttribute("href");
      control.removeAttribute("href");
      control.setAttribute("aria-disabled", "true");
    } else {
      control.setAttribute("href", control.dataset.href);
      control.removeAttribute("aria-disabled");
    }
  };

  for (const wait of document.querySelectorAll("[data-otpguard-wait]")) {
    const until = performance.now() + Number(wait.dataset.otpguardWait) * 1000;
    const left = wait.querySelector("[data-otpguard-left]");
    const form = wait.closest("form") ?? document;
    const closed = [...form.querySelectorAll("[data-otpguard-waits]")];
    closed.forEach((control) => close(control, true));
    const tick = () => {
      const seconds = Math.ceil((until - performance.now()) / 1000);
      if (seconds > 0) {
        left.hidden = seconds > DAY_MS / 1000;
        left.textContent = `(${clock(seconds)})`;
        return;
      }
      window.clearInterval(timer);
      wait.setAttribute("role", "status");
      wait.textContent = words.textNow;
      closed.forEach((control) => close(control, false));
    };
    const timer = window.setInterval(tick, 1000);
    tick();
  }
})();
