// After the proof: on to the page, or on with the form, and say so if what comes is a download. Then
// the browser stays here; the server tells by a cookie, see middleware/download.py.
"use strict";

(() => {
  const COOKIE = "otpguard_download";
  const LOOK_MS = 250;
  const root = document.querySelector("[data-otpguard-next]");
  if (!root) {
    return;
  }
  const all = (name) => document.querySelectorAll(`[data-otpguard-${name}]`);

  const wait = () => {
    const secure = window.location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${COOKIE}=asked; path=/; max-age=300; samesite=lax${secure}`;
    const looking = window.setInterval(() => {
      if (document.cookie.split("; ").includes(`${COOKIE}=started`)) {
        window.clearInterval(looking);
        document.cookie = `${COOKIE}=; path=/; max-age=0; samesite=lax${secure}`;
        all("before").forEach((part) => {
          part.hidden = true;
        });
        all("started").forEach((part) => {
          part.hidden = false;
        });
        document.querySelector("h1").focus();
      }
    }, LOOK_MS);
  };

  const form = root.querySelector("form");
  form?.addEventListener("submit", wait);

  const url = root.dataset.otpguardNext;
  if (url) {
    wait();
    const here = new URL(window.location.href);
    here.searchParams.set("started", "1"); // reloaded, this page asks for nothing again
    window.history.replaceState(null, "", here);
    window.location.replace(url);
  }
})();
