/* What every page has: dialogs, a resting button, the cursor in the error summary. Pages work without it. */

for (const opener of document.querySelectorAll("[data-opens]")) {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.opens)?.showModal());
}

for (const dialog of document.querySelectorAll("dialog")) {
  // A click on the backdrop is a click on the dialog itself, outside of what it holds.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

// A form that is sent twice says so: its button rests until the answer is here, also when the page comes back from the cache.
const resting = new Set();
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button[type=submit]")) {
      button.setAttribute("aria-busy", "true");
      resting.add(button);
    }
  });
}
addEventListener("pageshow", () => {
  for (const button of resting) button.removeAttribute("aria-busy");
  resting.clear();
});

document.querySelector("[data-focus]")?.focus();

// The offline page and the files of the frame (skillspower/pwa). After the page: the first visit has better to do.
if ("serviceWorker" in navigator) {
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
}
