// Keeps the list of messages fresh. Without it the Refresh link does the same.
"use strict";

const list = document.getElementById("messages");
const EVERY_MS = 1500;
let shown = "";

/** Put in only what is new: what is there may be selected or focused, and was read aloud before. */
function show(html) {
  const incoming = [...document.createRange().createContextualFragment(html).children];
  const keys = new Set(incoming.map((message) => message.dataset.key));
  const there = new Map();
  for (const message of [...list.children]) {
    if (keys.has(message.dataset.key)) there.set(message.dataset.key, message);
    else message.remove();
  }
  for (const message of incoming.reverse()) {
    if (!there.has(message.dataset.key)) list.prepend(message);
  }
  document.dispatchEvent(new Event("acme:shown"));
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(list.dataset.source, { credentials: "omit" });
    const html = (await answer.text()).trim();
    if (answer.ok && html !== shown) {
      shown = html;
      show(html);
    }
  } catch {
    // The server is away for a moment; the next round asks again.
  }
}

const live = document.getElementById("live");
const beside = list.closest("[hidden]");
if (live) live.hidden = false;
if (beside) beside.hidden = false;
setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
refresh();
