// The dialog of stepup.js as an ES module, for bundlers, import maps and pages without the template:
//
//   import stepUpFetch, { StepUpCanceled } from "otpguard-stepup";
//
// A page that includes "otpguard/stepup.html" keeps the words of its language; without it the dialog
// speaks English. It takes the style of otpguard.css if the page has it. For browsers alone: import
// it where there is a window.
if (!window.otpguard?.fetch) {
  await import("./stepup.js");
}

const { fetch: stepUpFetch, StepUpCanceled } = window.otpguard;

export { stepUpFetch, StepUpCanceled };
export default stepUpFetch;
