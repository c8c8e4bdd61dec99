// Creates a key through the API. `otpguard.fetch` asks for the step-up and repeats the call.
"use strict";

const form = document.getElementById("create");
const button = document.getElementById("by-fetch");
const error = document.getElementById("fetch-error");
const calm = document.getElementById("fetch-calm");
const fresh = document.getElementById("fresh");

function show(key) {
  const note = document.createElement("div");
  const said = document.createElement("p");
  const shown = document.createElement("p");
  const secret = document.createElement("code");
  note.className = "note success";
  secret.className = "secret";
  said.textContent = `The ${key.environment} key '${key.name}' is ready. Its secret is shown this once:`;
  secret.textContent = key.secret;
  shown.append(secret);
  note.append(said, shown);
  fresh.replaceChildren(note);
  // At once: nobody has to watch the page move.
  fresh.scrollIntoView({ block: "center", behavior: "instant" });
}

/** Bring the list up to date: the page is asked for again, and only its rows are taken. */
async function refresh() {
  const page = await fetch(window.location.pathname, { headers: { Accept: "text/html" } });
  if (page.ok) {
    const rows = new DOMParser().parseFromString(await page.text(), "text/html");
    document.querySelector("tbody").replaceWith(rows.querySelector("tbody"));
  }
}

async function create() {
  const fields = new FormData(form);
  error.hidden = true;
  calm.hidden = true;
  button.disabled = true;
  try {
    const answer = await window.otpguard.fetch(form.dataset.api, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": fields.get("csrfmiddlewaretoken"),
      },
      body: JSON.stringify({
        name: fields.get("name"),
        environment: fields.get("environment"),
        scope: fields.get("scope"),
      }),
    });
    const body = await answer.json();
    if (answer.ok) {
      show(body);
      form.reset();
      await refresh();
    } else {
      throw new Error(body.detail || Object.values(body).flat().join(" "));
    }
  } catch (problem) {
    const note = problem instanceof window.otpguard.StepUpCanceled ? calm : error;
    note.textContent = problem.message;
    note.hidden = false;
  } finally {
    button.disabled = false;
  }
}

if (window.otpguard) {
  button.hidden = false;
  button.addEventListener("click", () => {
    if (form.reportValidity()) create();
  });
}
