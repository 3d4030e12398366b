// What must be said when the modules cannot run at all. A classic script in old syntax, because module scripts do not
// load from the file system and an old browser does not parse them. For the same reason its strings are here.
(function () {
  "use strict";

  /** @type {{ [code: string]: { [key: string]: string } }} */
  var STRINGS = {
    en: {
      "browsers": "Chrome and Edge from version 103 on, Firefox from 114 and Safari from 16.4 have what it needs.",
      "file": "This page was opened straight from the file system, where a browser does not load its modules.",
      "file-advice":
        'Run scripts/demo, or "nerite serve", and open the address that it prints. The text still stays on this device.',
      "sandboxed":
        "This page is in a frame that is cut off from its own site (a sandbox without allow-same-origin), so its scripts and the model are out of its reach.",
      "sandboxed-advice": "Open the page in a tab of its own, or add allow-same-origin to the frame.",
      "no-wasm": "This browser has no WebAssembly, or has it switched off (a lockdown mode does that).",
      "no-wasm-advice": "Allow WebAssembly for this site, or use another browser. ",
      "no-simd": "This browser's WebAssembly lacks the SIMD instructions that the recognizer needs.",
      "no-simd-advice": "Update the browser. ",
      "scripts": "The page's own scripts could not be loaded.",
      "scripts-advice": "Check that the server still runs and serves the whole www folder, then reload the page.",
      "stopped": "The page's scripts stopped: ",
      "stopped-advice": "Update the browser, or use another one. "
    },
    ko: {
      "browsers": "Chrome과 Edge 103, Firefox 114, Safari 16.4 이후 버전에서 작동합니다.",
      "file": "이 페이지를 파일 시스템에서 바로 열었습니다. 이 경우 브라우저가 모듈을 불러오지 않습니다.",
      "file-advice":
        'scripts/demo나 "nerite serve"를 실행하고 표시되는 주소를 여세요. 글은 그대로 이 기기에만 남습니다.',
      "sandboxed":
        "이 페이지는 자기 사이트와 분리된 프레임(allow-same-origin이 없는 sandbox) 안에 있어 스크립트와 모델을 불러올 수 없습니다.",
      "sandboxed-advice": "페이지를 새 탭에서 열거나 프레임에 allow-same-origin을 추가하세요.",
      "no-wasm": "이 브라우저에는 WebAssembly가 없거나 꺼져 있습니다(차단 모드에서 그럴 수 있습니다).",
      "no-wasm-advice": "이 사이트에 WebAssembly를 허용하거나 다른 브라우저를 쓰세요. ",
      "no-simd": "이 브라우저의 WebAssembly에는 인식기에 필요한 SIMD 명령이 없습니다.",
      "no-simd-advice": "브라우저를 업데이트하세요. ",
      "scripts": "페이지의 스크립트를 불러오지 못했습니다.",
      "scripts-advice": "서버가 실행 중이고 www 폴더 전체를 제공하는지 확인한 뒤 페이지를 새로 고치세요.",
      "stopped": "페이지의 스크립트가 멈췄습니다: ",
      "stopped-advice": "브라우저를 업데이트하거나 다른 브라우저를 쓰세요. "
    }
  };

  // What languages.js stores, or else the browser's language.
  function language() {
    var wanted = navigator.language || "en";
    try {
      wanted = localStorage.getItem("nerite.language") || wanted;
    } catch (error) {
      // Storage may be switched off.
    }
    var code = wanted.slice(0, 2);
    return Object.keys(STRINGS).indexOf(code) >= 0 ? code : "en";
  }

  var strings = STRINGS[language()];
  // The demo page has a line on its model, other pages have a notice for this alone.
  var status = document.getElementById("status-message") && document.getElementById("status");
  var failed = false;

  /**
   * @param {string} message
   * @param {string} advice
   */
  function fail(message, advice) {
    if (failed || (status && status.getAttribute("data-state") === "failed")) return;
    failed = true;
    var notice = /** @type {HTMLElement} */ (status || document.getElementById("boot"));
    notice.setAttribute("lang", language());
    if (!status) {
      notice.textContent = message + " " + advice;
      notice.hidden = false;
      return;
    }
    status.setAttribute("data-state", "failed");
    /** @type {HTMLElement} */ (document.getElementById("status-message")).textContent = message;
    var help = /** @type {HTMLElement} */ (document.getElementById("status-advice"));
    help.textContent = advice;
    help.className = "";
  }

  // Modules begin with the list of languages, and end the demo page's first state.
  function runs() {
    if (status) return status.getAttribute("data-state") !== "starting";
    return /** @type {HTMLSelectElement} */ (document.getElementById("language")).options.length > 0;
  }

  // The smallest module that uses a 128-bit instruction: i8x16.splat, then i8x16.popcnt.
  var SIMD_MODULE = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11
  ]);

  if (location.protocol === "file:") {
    fail(strings["file"], strings["file-advice"]);
  } else if (window.origin === "null") {
    fail(strings["sandboxed"], strings["sandboxed-advice"]);
  } else if (typeof WebAssembly !== "object") {
    fail(strings["no-wasm"], strings["no-wasm-advice"] + strings["browsers"]);
  } else if (!WebAssembly.validate(SIMD_MODULE)) {
    fail(strings["no-simd"], strings["no-simd-advice"] + strings["browsers"]);
  }

  // Errors of elements do not bubble, so they are caught on their way down.
  document.addEventListener(
    "error",
    function (event) {
      if (/** @type {Element} */ (event.target).tagName !== "SCRIPT") return;
      fail(strings["scripts"], strings["scripts-advice"]);
    },
    true
  );

  // A script that throws before it has done anything: mostly a browser too old for its syntax.
  window.addEventListener("error", function (event) {
    if (runs()) return;
    fail(strings["stopped"] + event.message, strings["stopped-advice"] + strings["browsers"]);
  });
})();
