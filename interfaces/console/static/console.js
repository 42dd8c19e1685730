"use strict";
// Pages work without this script. It adds keys, keeps a form from being sent twice, and stops questions of hidden pages.
(() => {
  const SENT_FOR_AT_MOST_MS = 10000;
  const BETWEEN_KEYS_MS = 1500;
  const find = (selector) => document.querySelector(selector);

  // --- a form is sent once; it can be sent again when its answer did not come ---
  const release = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  };
  const releaseAll = () => document.querySelectorAll("form[data-sent]").forEach(release);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    setTimeout(release, SENT_FOR_AT_MOST_MS, form);
  }, true);
  window.addEventListener("pageshow", releaseAll);
  document.addEventListener("htmx:finally:request", (event) => {
    const form = event.target.closest?.("form");
    if (form) release(form);
  });

  // --- a page that nobody sees asks nothing; it asks when it is seen again ---
  document.addEventListener("htmx:before:request", (event) => {
    if (document.hidden && event.detail.ctx.sourceEvent?.type === "every") event.preventDefault();
  });

  // --- a part that asks for itself says while nothing answers, and since when ---
  const noteLost = (isLost) => {
    const note = find(".lost");
    if (!note || note.hidden !== isLost) return;
    note.hidden = !isLost;
    if (isLost) note.querySelector("time").textContent = new Date().toLocaleTimeString(document.documentElement.lang);
  };
  document.addEventListener("htmx:error", () => noteLost(true));
  document.addEventListener("htmx:after:request", () => noteLost(false));

  // --- menus that open close as one expects ---
  const me = find(".me");
  const closeMe = (focus) => {
    if (!me?.open) return;
    me.open = false;
    if (focus) me.querySelector("summary").focus();
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".me")) closeMe(false);
    const helpLink = event.target.closest("a[data-help]");
    if (!helpLink || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    closeMe(true);
    showHelp();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMe(true);
  });

  // --- keys ---
  const help = find("#help");
  const showHelp = () => {
    if (help && !help.open) help.showModal();
  };
  const isTyping = (element) =>
    element.isContentEditable || element.closest("input:not([type=checkbox], [type=radio]), textarea, select") !== null;

  // An item of a list that is not seen, or has no link, is passed by.
  const targetOf = (item) => item.querySelector("a[href], button, summary");
  const items = () =>
    [...document.querySelectorAll("main [data-item]")].filter((item) => item.checkVisibility() && targetOf(item));
  const step = (by) => {
    const all = items();
    const at = all.findIndex((item) => item.contains(document.activeElement));
    const next = all[at < 0 ? (by > 0 ? 0 : -1) : at + by];
    if (next) targetOf(next).focus();
    return next !== undefined;
  };

  let wentAt = -Infinity;
  const go = (letter) => {
    const link = [...document.querySelectorAll(".menu a[data-key]")].find((one) => one.dataset.key === letter);
    if (link) location.assign(link.href);
    return link !== undefined;
  };

  const ACTIONS = {
    "/": () => {
      const field = find("#look-up");
      field?.focus();
      field?.select();
      return field !== null;
    },
    "?": () => {
      showHelp();
      return help !== null;
    },
    "j": () => step(1),
    "k": () => step(-1),
    "g": (event) => {
      wentAt = event.timeStamp;
      return true;
    },
  };

  document.addEventListener("keydown", (event) => {
    if (document.body.dataset.shortcuts !== "on" || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || find("dialog[open]")) return;
    const afterG = event.timeStamp - wentAt < BETWEEN_KEYS_MS;
    wentAt = -Infinity;
    const done = afterG ? go(event.key) : Object.hasOwn(ACTIONS, event.key) && ACTIONS[event.key](event);
    if (done) event.preventDefault();
  });
})();
