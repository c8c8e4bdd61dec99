// Shows times in the reader's own zone and manner. Without it they stand in UTC, and say so.
"use strict";

function showTimes() {
  for (const time of document.querySelectorAll("time[data-time]")) {
    const at = new Date(time.dateTime);
    time.textContent =
      time.dataset.time === "clock"
        ? at.toLocaleTimeString(undefined, { timeStyle: "medium" })
        : at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
    time.title = at.toString();
    time.removeAttribute("data-time");
  }
}

document.addEventListener("acme:shown", showTimes);
showTimes();
