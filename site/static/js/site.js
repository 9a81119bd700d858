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

// On a phone a rail runs on beyond the edge: the place one is at lies in view. Only the rail moves, not the page.
for (const here of document.querySelectorAll(".rail [aria-current]")) {
  const rail = here.closest(".rail");
  if (rail.scrollWidth > rail.clientWidth) rail.scrollLeft = here.offsetLeft - (rail.clientWidth - here.offsetWidth) / 2;
}

// The offline page and the files of the frame (skillspower/pwa). After the page: the first visit has better to do.
if ("serviceWorker" in navigator) {
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
}

// Who took a lesson along: what was studied without a network goes up with the next page, or as soon as there is one.
function comeBack() {
  try {
    if (localStorage.getItem("bag")) import("./offline/return.js").then((bag) => bag.comeBack()).catch(() => {});
  } catch {
    // No storage here: nothing can have been taken along.
  }
}
comeBack();
addEventListener("online", comeBack);
