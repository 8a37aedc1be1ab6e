// Conveniences on top of pages that work without them: clipboard, keyboard, select-all, menus.
// Loaded before the page is painted, so that what scripts add or hide never jumps.
"use strict";
document.documentElement.classList.add("js");

(() => {
  const $ = (id) => document.getElementById(id);
  const results = () => [...document.querySelectorAll(".result")];
  let cursor = -1;

  // -- clipboard -------------------------------------------------------------------------------------------
  async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    // Plain http on another machine's name has no clipboard API.
    const box = document.createElement("textarea");
    box.value = text;
    box.className = "sr-only";
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    if (!done) throw new Error("copying was refused");
  }

  function say(text) {
    const line = document.createElement("p");
    const close = document.createElement("button");
    const notice = document.createElement("div");
    line.textContent = text;
    Object.assign(close, { type: "button", className: "close", textContent: "×" });
    close.setAttribute("aria-label", "Dismiss");
    close.dataset.close = "";
    notice.className = "notice";
    notice.append(line, close);
    $("notices").replaceChildren(notice);
    return notice;
  }

  async function copyFrom(button) {
    const text = button.dataset.copyText ?? $(button.dataset.copy).textContent;
    try {
      await copy(text);
      const notice = say(button.dataset.copyText ? `Copied ${text}` : "BibTeX copied.");
      setTimeout(() => notice.remove(), 4000);
    } catch {
      say("The browser did not allow copying. Select the text and copy it by hand.");
    }
  }

  // -- pointer ---------------------------------------------------------------------------------------------
  function expand(button) {
    const open = $(button.dataset.expand).classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Less" : "Whole abstract";
  }

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    const menu = on("details.menu");
    for (const open of document.querySelectorAll("details.menu[open]")) if (open !== menu) open.open = false;
    if (on("[data-copy], [data-copy-text]")) copyFrom(on("[data-copy], [data-copy-text]"));
    else if (on("[data-close]")) on(".notice").remove();
    else if (on("[data-expand]")) expand(on("[data-expand]"));
    else if (on("[data-keys]")) $("keys").showModal();
    else if (on("[aria-disabled=true]")) event.preventDefault();
    const at = on(".result");
    if (at) cursor = results().indexOf(at);
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-all]")) return;
    for (const box of document.querySelectorAll(".pick input")) box.checked = event.target.checked;
  });

  // -- keyboard --------------------------------------------------------------------------------------------
  function move(step) {
    const all = results();
    if (!all.length) return;
    if ($("nearest")) $("nearest").open = true;
    cursor = Math.max(0, Math.min(all.length - 1, cursor + step));
    all[cursor].focus({ preventScroll: true });
    all[cursor].scrollIntoView({ block: "nearest" });
  }

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    o: (one) => one?.querySelector("a.open").click(),
    h: (one) => one?.querySelector("[data-hide]")?.click(),
    c: (one) => one && copyFrom(one.querySelector("[data-copy]")),
    x: (one) => one?.querySelector(".pick input").click(),
    s: (one) => {
      const menu = one?.querySelector("details.add");
      if (!menu) return;
      menu.open = true;
      menu.querySelector("select, input:not([type=hidden])").focus();
    },
    "/": () => $("find").focus(),
    "?": () => $("keys").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-submit]")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    } else if (event.key === "Escape") {
      const menu = event.target.closest("details.menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && !$("keys").open && keys[event.key]) {
      event.preventDefault();
      keys[event.key](results()[cursor]);
    }
  });

  // -- htmx ------------------------------------------------------------------------------------------------
  // Results that were folded away because none is to the point stay unfolded once a reader has looked at them.
  let unfolded = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    unfolded = event.detail.target?.id === "results" && Boolean($("nearest")?.open);
  });
  // At the swap itself, not when it has settled: a key pressed in between must count from the new page's start.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "main") cursor = -1;
    if (unfolded && $("nearest")) $("nearest").open = true;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const lost = document.activeElement === document.body;
    if (event.detail.target?.id === "main") {
      if (lost) $("main").focus({ preventScroll: true });
    } else if (event.detail.target?.id === "results" || event.detail.elt?.id === "results") {
      cursor = Math.min(cursor, results().length - 1);
      if (lost && cursor >= 0) results()[cursor].focus({ preventScroll: true });
    }
    fold();
    fit();
    for (const menu of document.querySelectorAll("details.add[open]")) menu.open = false;
  });
  for (const failed of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failed, () => say("The server does not answer. Is it still running?"));
  }

  // On a phone the filters would push the results off the first screen.
  function fold() {
    if (window.innerWidth >= 960) return;
    for (const box of document.querySelectorAll("details[data-fold]:not([data-folded])")) {
      box.open = false;
      box.dataset.folded = "";
    }
  }

  // Where two lines hold the whole abstract, there is nothing to expand.
  function fit() {
    for (const button of document.querySelectorAll("[data-expand][aria-expanded=false]")) {
      const text = $(button.dataset.expand);
      button.hidden = text.scrollHeight <= text.clientHeight + 1;
    }
  }
  document.addEventListener("DOMContentLoaded", () => { fold(); fit(); });
})();
