// The panel “还差 3 项” in the editor: filled when the page opens and after each saving; an entry opens its block or field.
(() => {
  "use strict";

  const PATH = /#check=([\w.-]+)$/;
  const FOCUSABLE =
    "input:not([type=hidden]):not([type=file]):not([disabled]), textarea:not([disabled]), select:not([disabled]), [contenteditable=true], button:not([disabled])";
  const WAIT_MS = 8000;

  const panels = () => document.querySelectorAll("[data-course-checks]");

  async function fill(panel) {
    const url = panel.dataset.courseChecks;
    if (url.endsWith("/0/")) return;
    const failed = panel.querySelector("template[data-failed]");
    try {
      const answer = await fetch(url, { headers: { "X-Requested-With": "XMLHttpRequest" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      panel.innerHTML = await answer.text();
      panel.append(failed);
      mark(panel);
    } catch {
      if (!panel.querySelector("[data-check-here], ol")) panel.replaceChildren(failed.content.cloneNode(true), failed);
    }
  }

  // A reviewer's remark stands at its block, too, as often as the panel is filled.
  function mark(panel) {
    document.querySelectorAll(".review-note").forEach((note) => note.remove());
    const until = Date.now() + WAIT_MS;
    for (const item of panel.querySelectorAll("li[data-remark]")) {
      const block = item.dataset.remark;
      if (!block || !item.querySelector("[data-check-here]")) continue;
      const put = () => {
        const place = document.querySelector(`[data-contentpath="${CSS.escape(block)}"]`);
        if (!place) {
          if (Date.now() < until) setTimeout(put, 200);
          return;
        }
        const note = document.createElement("div");
        note.className = "review-note";
        note.setAttribute("role", "note");
        note.textContent = item.querySelector(".remark__text").textContent;
        place.prepend(note);
      };
      put();
    }
  }

  async function settle(button) {
    button.disabled = true;
    const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
    const headers = { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": token };
    const answer = await fetch(button.dataset.settle, { method: "POST", headers, credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) panels().forEach(fill);
    else button.disabled = false;
  }

  // Part by part: the uuid of a block, the name of a field, the number of an item in a list.
  function find(path) {
    let place = document;
    for (const part of path.split(".")) {
      const found = /^\d+$/.test(part)
        ? place.querySelectorAll("[data-streamfield-child]")[Number(part)]
        : place.querySelector(`[data-contentpath="${CSS.escape(part)}"]`);
      // What a block does not show as a field of its own is shown by the block.
      if (!found) return place === document ? null : place;
      place = found;
    }
    return place;
  }

  function unfold(element) {
    for (let at = element; at; at = at.parentElement) {
      if (at.matches('[role="tabpanel"][hidden]')) document.querySelector(`[role="tab"][href="#${at.id}"]`)?.click();
      if (at.matches("[data-panel]")) {
        const toggle = at.querySelector("[data-panel-toggle]");
        if (toggle?.getAttribute("aria-expanded") === "false") toggle.click();
      }
    }
    const own = element.querySelector("[data-panel-toggle]");
    if (own?.getAttribute("aria-expanded") === "false") own.click();
  }

  function open(path) {
    const place = find(path);
    if (!place) return false;
    unfold(place);
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    place.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "center" });
    const content = place.querySelector("[data-panel-content], [data-field-input], [data-streamfield-child-content]") ?? place;
    (content.querySelector(FOCUSABLE) ?? place.querySelector(FOCUSABLE))?.focus({ preventScroll: true });
    return true;
  }

  // The editor draws its blocks after the page has loaded.
  function openFromAddress() {
    const wanted = PATH.exec(window.location.hash)?.[1];
    if (!wanted || open(wanted)) return;
    const until = Date.now() + WAIT_MS;
    const again = setInterval(() => {
      if (open(wanted) || Date.now() > until) clearInterval(again);
    }, 200);
  }

  document.addEventListener("DOMContentLoaded", () => {
    panels().forEach(fill);
    openFromAddress();
  });
  document.addEventListener("w-autosave:success", (event) => {
    for (const panel of panels()) {
      const saved = event.detail?.response?.pk;
      if (saved) panel.dataset.courseChecks = panel.dataset.courseChecks.replace(/\/0\/$/, `/${saved}/`);
      fill(panel);
    }
  });
  window.addEventListener("hashchange", openFromAddress);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-settle]");
    if (button) settle(button);
    const link = event.target.closest?.("a[data-check-here]");
    const wanted = link && PATH.exec(link.getAttribute("href"))?.[1];
    if (!link) return;
    event.preventDefault();
    if (wanted) open(wanted);
  });
})();
