/* A button where the browser can install by itself; elsewhere the page's words stand alone. */
const offer = document.querySelector("[data-install]");

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", () => event.prompt(), { once: true });
});

addEventListener("appinstalled", () => {
  offer.hidden = true;
});
