// Keeps the list of messages fresh. Without it the Refresh link does the same.
"use strict";

const list = document.getElementById("messages");
const EVERY_MS = 1500;

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(list.dataset.source, { credentials: "omit" });
    const html = (await answer.text()).trim();
    if (answer.ok && html !== list.dataset.shown) {
      list.dataset.shown = html;
      list.replaceChildren(document.createRange().createContextualFragment(html));
    }
  } catch {
    // The server is away for a moment; the next round asks again.
  }
}

document.getElementById("live").hidden = false;
setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
refresh();
