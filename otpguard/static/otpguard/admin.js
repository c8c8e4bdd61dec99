// Suggests organizations while somebody types, on sites with too many for a menu.
"use strict";
(() => {
  const PAUSE = 150; // milliseconds without a key before the server is asked
  const url = document.currentScript.dataset.names;
  for (const input of document.querySelectorAll("input[data-otpguard-names]")) {
    const list = document.getElementById(input.getAttribute("list"));
    let waiting;
    let newest = 0;
    const ask = async () => {
      newest += 1;
      const mine = newest;
      try {
        const answer = await fetch(`${url}?q=${encodeURIComponent(input.value)}`, { headers: { Accept: "application/json" } });
        const { names } = await answer.json();
        if (mine === newest) list.replaceChildren(...names.map(([slug, name]) => new Option(name, slug)));
      } catch {
        // Without suggestions the short name can still be typed.
      }
    };
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, PAUSE);
    });
  }
})();
