// On a phone each row of a list is a card: its cells say which column they are of. See admin.css.
"use strict";
(() => {
  const table = document.querySelector("#changelist .results > table#result_list");
  if (!table || table.querySelector("td[data-label]")) return; // a theme that has cards of its own
  const labels = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  // A table whose rows are no rows for the eye stays one for the ear.
  table.setAttribute("role", "table");
  for (const part of table.querySelectorAll("thead, tbody")) part.setAttribute("role", "rowgroup");
  for (const head of table.querySelectorAll("thead th")) head.setAttribute("role", "columnheader");
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    if (row.parentElement.tagName === "THEAD") continue;
    [...row.cells].forEach((cell, index) => {
      cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
      cell.dataset.otpguardLabel = labels[index] ?? "";
      const empty = ["", "-"].includes(cell.textContent.trim()) && !cell.querySelector("img, svg, input");
      cell.toggleAttribute("data-otpguard-empty", empty);
    });
  }
  table.classList.add("otpguard-stacked");
})();
