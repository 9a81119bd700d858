/**
 * “带走这节课” on a lesson's page: fetches a licence, and puts the lesson's plain page with every file it needs where the
 * service worker finds it without a network.
 */
import { Countdown } from "../player/countdown.js";
import { deviceOf, newUuid, usableStorage } from "../player/browser.js";
import { Bag, CHANGED } from "./bag.js";
import { sentences } from "./state.js";

const HALF = 0.5;

class KeepLesson extends HTMLElement {
  async connectedCallback() {
    if (!("serviceWorker" in navigator) || !("indexedDB" in window) || !("caches" in window)) return;
    this.words = JSON.parse(document.getElementById("offline-words").textContent);
    this.config = JSON.parse(document.getElementById("lesson-config").textContent);
    this.button = this.querySelector("button");
    this.line = this.querySelector("[data-state]");
    this.bag = await Bag.open();
    await this.bag.setLearner(this.config.learner);
    this.button.addEventListener("click", () => (this.known?.isKept ? this.#remove() : this.#keep()));
    new BroadcastChannel(CHANGED).addEventListener("message", () => this.#draw());
    await this.#draw();
    this.hidden = false;
    // A licence of which half is over is renewed by the way, and with it what was published since.
    const row = this.known?.isKept && (await this.bag.licenceOf(this.config.learner, this.config.lesson));
    if (row && Date.now() > row.arrived + (row.until - row.arrived) * HALF) await this.#keep();
  }

  async #draw() {
    const all = await this.bag.contents(this.config.learner);
    this.known = all.find(({ lesson }) => lesson === this.config.lesson);
    this.#say(this.known ? sentences(this.known, this.words).map(([, text]) => text).join("") : this.words.not_kept);
    this.button.querySelector("svg").toggleAttribute("hidden", Boolean(this.known?.isKept));
    this.button.querySelector("span").textContent = this.known?.isKept ? this.words.remove : this.words.keep;
  }

  #say(text) {
    this.line.textContent = text;
  }

  async #keep() {
    const { learner, lesson } = this.config;
    this.button.setAttribute("aria-busy", "true");
    this.#say(this.words.keeping);
    try {
      const storage = usableStorage();
      const device = deviceOf(storage);
      const licence = await this.#licence(device);
      const countdown = new Countdown(storage, learner).read();
      await store(learner, lesson, this.dataset.page, location.pathname);
      await this.bag.keep({ learner, lesson, title: this.dataset.title, url: location.pathname, licence, arrived: licence.arrived, countdown });
      storage.setItem("bag", "1");
      navigator.storage?.persist?.();
      await this.#draw();
    } catch (error) {
      this.#say(error.words ?? (navigator.onLine ? this.words.failed : this.words.no_network));
    }
    this.button.removeAttribute("aria-busy");
  }

  async #licence(device) {
    const { csrf, lesson } = this.config;
    const answer = await fetch(this.dataset.licences, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", [csrf.header]: csrf.token },
      body: JSON.stringify({ licence: newUuid(), lesson, device }),
    });
    const arrived = Date.now();
    const body = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(body.type), { words: body.detail });
    return { ...body, arrived };
  }

  async #remove() {
    const { learner, lesson } = this.config;
    await caches.delete(nameOf(learner, lesson));
    await this.bag.remove(learner, lesson);
    await this.#draw();
  }
}

/** The cache of a kept lesson; the service worker finds it by this name. */
export const nameOf = (learner, lesson) => `kept:${learner}:${lesson}`;

/** Put a page and all it loads into a cache, the page under the address at which it is asked for. */
async function store(learner, lesson, page, address) {
  const answer = await fetch(page, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error(`${page}: ${answer.status}`);
  const html = await answer.clone().text();
  const cache = await caches.open(nameOf(learner, lesson));
  await Promise.all([...filesOf(html)].map((file) => keepFile(cache, file, new Set())));
  await cache.put(address, answer);
}

function filesOf(html) {
  const found = new DOMParser().parseFromString(html, "text/html");
  const files = new Set();
  for (const element of found.querySelectorAll("link[rel=stylesheet], script[src], img[src], use")) {
    const at = element.getAttribute("src") ?? element.getAttribute("href") ?? "";
    const url = new URL(at, location.href);
    if (at && !at.startsWith("#") && url.origin === location.origin) files.add(url.pathname + url.search);
  }
  return files;
}

/** Keep a file, and the modules and pictures that a script or a style sheet names in turn. */
async function keepFile(cache, file, seen) {
  if (seen.has(file)) return;
  seen.add(file);
  const answer = await fetch(file, { credentials: "same-origin" });
  if (!answer.ok) return; // a missing picture is no reason to leave the lesson behind
  const copy = answer.clone();
  await cache.put(file, answer);
  const isScript = /javascript/.test(copy.headers.get("Content-Type") ?? "");
  if (!isScript) return;
  const named = [...(await copy.text()).matchAll(/(?:from|import)\s*["'](\.{1,2}\/[^"']+)["']/g)];
  const base = new URL(file, location.href);
  await Promise.all(named.map(([, path]) => keepFile(cache, new URL(path, base).pathname, seen)));
}

customElements.define("keep-lesson", KeepLesson);
