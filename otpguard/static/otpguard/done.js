// Tell the window that asked for the confirmation, and close this one if it was opened for that.
"use strict";

if ("BroadcastChannel" in window) {
  const channel = new BroadcastChannel("otpguard");
  channel.postMessage({ type: "verified" });
  channel.close();
}
if (window.opener) {
  window.setTimeout(() => window.close(), 900); // long enough to be read
}
