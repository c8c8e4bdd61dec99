// Shows times in the reader's own zone and manner, and counts down to what waits. Without it they
// stand in UTC, and say so.
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

function countDown(place) {
  const seconds = Math.ceil((new Date(place.dataset.until) - Date.now()) / 1000);
  if (seconds > 0) {
    place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`;
    return;
  }
  place.textContent = "The wait is over: it is carried out within seconds.";
  window.clearInterval(place.timer);
}

for (const place of document.querySelectorAll("[data-until]")) {
  place.timer = window.setInterval(countDown, 1000, place);
  countDown(place);
}

document.addEventListener("acme:shown", showTimes);
showTimes();
