// Show times in the reader's own time zone. Without this script they stand in the server's.
"use strict";

for (const time of document.querySelectorAll("time[data-otpguard-time]")) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) {
    const language = document.documentElement.lang || undefined;
    time.textContent =
      time.dataset.otpguardTime === "full"
        ? at.toLocaleString(language, { dateStyle: "long", timeStyle: "short" })
        : at.toLocaleTimeString(language, { timeStyle: "short" });
  }
}
