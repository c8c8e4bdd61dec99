// Step-up for calls that a page makes by script. Include "otpguard/stepup.html", which brings this
// file, its style and its words in the language of the page; then call otpguard.fetch() instead of
// fetch(). When the server asks for a confirmation, a dialog offers it, and the call is repeated
// once afterwards. If the person cancels, the promise is rejected with a StepUpCanceled: its message
// says calmly that nothing was done, its `problem` is the server's problem document. A body that is a
// stream cannot be repeated.
"use strict";

(() => {
  const ASKS = new Set(["step_up_required", "enrollment_required"]);
  const given = document.currentScript?.dataset ?? {};
  const words = {
    title: given.textTitle ?? "Confirm that it is you",
    detail: given.textDetail ?? "This action needs one more proof that it is really you.",
    open: given.textOpen ?? "Confirm in a new tab",
    waiting: given.textWaiting ?? "Waiting for your confirmation in the other tab…",
    retry: given.textRetry ?? "I have confirmed",
    cancel: given.textCancel ?? "Cancel",
    canceled: given.textCanceled ?? "Not confirmed. Nothing was done.",
    action: given.textAction ?? "Action",
    target: given.textTarget ?? "For",
    tenant_name: given.textTenant ?? "Organization",
  };

  class StepUpCanceled extends Error {
    constructor(problem) {
      super(words.canceled);
      this.name = "StepUpCanceled";
      this.problem = problem;
    }
  }

  /** The problem document of a refusal that a person can do something about, else null. */
  async function problemOf(response) {
    const type = response.headers.get("Content-Type") ?? "";
    if (response.status !== 401 || !type.includes("application/problem+json")) {
      return null;
    }
    try {
      const problem = await response.clone().json();
      return ASKS.has(problem.code) && placeOf(problem) ? problem : null;
    } catch {
      return null;
    }
  }

  /** Where the confirmation is made, or an empty string if it is nowhere to go to. */
  function placeOf(problem) {
    try {
      const url = new URL(problem.challenge_url || problem.enroll_url, window.location.href);
      return url.protocol === "https:" || url.protocol === "http:" ? url.href : "";
    } catch {
      return "";
    }
  }

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  /** What is to be confirmed: the action, what it is about, and in which organization. */
  function subjectOf(problem) {
    const rows = ["action", "target", "tenant_name"].filter((name) => problem[name]);
    return rows.map((name) =>
      element(
        "div",
        {},
        element("dt", { textContent: words[name] }),
        element("dd", {
          className: name === "action" ? "og-action" : "",
          dir: "auto",
          textContent: problem[name],
        }),
      ),
    );
  }

  let count = 0;

  /** Show the dialog. Resolves when confirmed, rejects when canceled or aborted. */
  function ask(problem, signal) {
    return new Promise((resolve, reject) => {
      const id = `otpguard-dialog-${(count += 1)}`;
      const url = placeOf(problem);
      const title = element("h2", { id: `${id}-title`, textContent: words.title });
      const text = element("p", {
        id: `${id}-text`,
        textContent: problem.action ? words.detail : problem.detail || words.detail,
      });
      const subject = element(
        "dl",
        { id: `${id}-subject`, className: "og-subject" },
        ...subjectOf(problem),
      );
      subject.hidden = !subject.childElementCount;
      const open = element("a", {
        className: "og-button og-primary",
        href: url,
        target: "_blank",
        rel: "opener", // so that the tab may close itself when it is done
        textContent: words.open,
      });
      const retry = element("button", {
        className: "og-button",
        type: "button",
        hidden: true,
        textContent: words.retry,
      });
      const cancel = element("button", {
        className: "og-button",
        type: "button",
        textContent: words.cancel,
      });
      const buttons = element("div", { className: "og-dialog-buttons" }, open, retry, cancel);
      const parts = [title, text, subject, buttons];
      const dialog = element("dialog", { className: "otpguard-dialog" }, ...parts);
      dialog.setAttribute("aria-labelledby", title.id);
      dialog.setAttribute("aria-describedby", `${text.id} ${subject.id}`);
      text.setAttribute("aria-live", "polite");

      const channel = "BroadcastChannel" in window ? new BroadcastChannel("otpguard") : null;
      const finish = (settle, value) => {
        channel?.close();
        signal?.removeEventListener("abort", abort);
        dialog.close(); // gives the focus back to where it was
        dialog.remove();
        settle(value);
      };
      const abort = () => finish(reject, signal.reason);

      open.addEventListener("click", (event) => {
        if (window.open(url, "_blank")) {
          event.preventDefault();
        } // else the link itself does it
        text.textContent = words.waiting;
        retry.hidden = false;
      });
      retry.addEventListener("click", () => finish(resolve));
      cancel.addEventListener("click", () => finish(reject, new StepUpCanceled(problem)));
      dialog.addEventListener("cancel", (event) => {
        event.preventDefault();
        finish(reject, new StepUpCanceled(problem));
      });
      channel?.addEventListener("message", (event) => {
        if (event.data?.type === "verified") {
          finish(resolve);
        }
      });
      signal?.addEventListener("abort", abort);

      document.body.append(dialog);
      dialog.showModal();
      open.focus();
    });
  }

  const asked = new Map(); // checkpoint to the dialog that calls made at once share
  let last = Promise.resolve(); // one dialog at a time

  function confirmed(problem, signal) {
    const key = problem.checkpoint ?? "";
    if (!asked.has(key)) {
      const mine = last.then(() => ask(problem, signal));
      last = mine.catch(() => {});
      asked.set(key, mine);
      last.then(() => asked.delete(key));
    }
    return asked.get(key);
  }

  async function stepUpFetch(input, init) {
    const isRequest = input instanceof Request;
    const response = await window.fetch(isRequest ? input.clone() : input, init);
    const problem = await problemOf(response);
    if (!problem) {
      return response;
    }
    await confirmed(problem, init?.signal ?? (isRequest ? input.signal : undefined));
    return window.fetch(input, init);
  }

  window.otpguard = Object.assign(window.otpguard ?? {}, { fetch: stepUpFetch, StepUpCanceled });
})();
