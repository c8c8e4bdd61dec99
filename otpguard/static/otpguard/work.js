/* What a browser can show of itself: a solved puzzle (ALTCHA, PBKDF2 in deterministic mode) and a
   coarse fingerprint. Loads nothing and sends nothing; the page that uses it does. */

"use strict";

(() => {
  const TOGETHER = Math.min(8, Math.max(2, navigator.hardwareConcurrency || 2));

  const bytes = (hex) => new Uint8Array(hex.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? []);
  const hex = (buffer) =>
    [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  /** The key of one counter: PBKDF2 over the nonce with the counter behind it. */
  const derive = async (parameters, nonce, salt, counter) => {
    const password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    new DataView(password.buffer).setUint32(nonce.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: parameters.cost };
    return hex(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8));
  };

  /**
   * Solve a puzzle as the server made it. Returns what the form sends; throws where the browser
   * cannot (no secure page, another algorithm) or nothing fits. `progress` gets 0 to 100.
   */
  const solve = async (puzzle, progress = () => {}) => {
    const { parameters, signature, most } = puzzle;
    if (!globalThis.crypto?.subtle || parameters.algorithm !== "PBKDF2/SHA-256") {
      throw new Error("this browser cannot solve it");
    }
    const [nonce, salt] = [bytes(parameters.nonce), bytes(parameters.salt)];
    const started = performance.now();
    for (let first = 0; first <= most; first += TOGETHER) {
      const counters = Array.from({ length: TOGETHER }, (_, index) => first + index);
      const keys = await Promise.all(
        counters.map((counter) => derive(parameters, nonce, salt, counter)),
      );
      const found = keys.findIndex((key) => key.startsWith(parameters.keyPrefix));
      if (found >= 0) {
        progress(100);
        const time = Math.round(performance.now() - started);
        const solution = { counter: first + found, derivedKey: keys[found], time };
        return btoa(JSON.stringify({ challenge: { parameters, signature }, solution }));
      }
      progress(Math.floor((100 * first) / most));
    }
    throw new Error("nothing fits");
  };

  /** A digest of what many devices have in common; empty where it cannot be made. */
  const fingerprint = async () => {
    if (!globalThis.crypto?.subtle) {
      return "";
    }
    const facts = [
      screen.width,
      screen.height,
      screen.colorDepth,
      Intl.DateTimeFormat().resolvedOptions().timeZone,
      navigator.languages,
      navigator.platform,
      navigator.maxTouchPoints,
    ];
    const raw = new TextEncoder().encode(JSON.stringify(facts));
    return hex(await crypto.subtle.digest("SHA-256", raw));
  };

  window.otpguardWork = { solve, fingerprint };
})();
