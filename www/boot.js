// What must be said when the modules cannot run at all. A classic script in old syntax, because module scripts do not
// load from the file system and an old browser does not parse them.
(function () {
  "use strict";

  var status = document.getElementById("status");

  function fail(message, advice) {
    if (status.getAttribute("data-state") === "failed") return;
    status.setAttribute("data-state", "failed");
    document.getElementById("status-message").textContent = message;
    var help = document.getElementById("status-advice");
    help.textContent = advice;
    help.className = "";
  }

  // The smallest module that uses a 128-bit instruction: i8x16.splat, then i8x16.popcnt.
  var SIMD_MODULE = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11
  ]);
  var BROWSERS = "Chrome and Edge from version 93 on, Firefox from 114 and Safari from 16.4 have what it needs.";

  if (location.protocol === "file:") {
    fail(
      "This page was opened straight from the file system, where a browser does not load its modules.",
      "Run scripts/demo, or \"nerite serve\", and open the address that it prints. The text still stays on this device."
    );
  } else if (typeof WebAssembly !== "object") {
    fail(
      "This browser has no WebAssembly, or has it switched off (a lockdown mode does that).",
      "Allow WebAssembly for this site, or use another browser. " + BROWSERS
    );
  } else if (!WebAssembly.validate(SIMD_MODULE)) {
    fail("This browser's WebAssembly lacks the SIMD instructions that the recognizer needs.", "Update the browser. " + BROWSERS);
  }

  // Errors of elements do not bubble, so they are caught on their way down.
  document.addEventListener("error", function (event) {
    if (event.target.tagName !== "SCRIPT") return;
    fail("The page's own scripts could not be loaded.", "Check that the server still runs and serves the whole www folder, then reload the page.");
  }, true);

  // A script that throws before the recognizer is even asked for: mostly a browser too old for its syntax.
  window.addEventListener("error", function (event) {
    if (status.getAttribute("data-state") !== "starting") return;
    fail("The page's scripts stopped: " + event.message, "Update the browser, or use another one. " + BROWSERS);
  });
})();
