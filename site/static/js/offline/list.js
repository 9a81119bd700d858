/** The list of what was taken along: on its own page with buttons, on the offline page with links alone. */
import { spoken, say } from "../player/meter.js";
import { Bag, CHANGED, bringBack } from "./bag.js";
import { sentences } from "./state.js";

class TakenAlong extends HTMLElement {
  async connectedCallback() {
    this.words = JSON.parse(document.getElementById("offline-words").textContent);
    this.list = this.querySelector("ul");
    this.row = this.querySelector("template");
    this.others = this.querySelector("[data-others]");
    this.empty = this.querySelector("[data-empty]");
    this.isOwnPage = this.hasAttribute("removable");
    try {
      this.bag = await Bag.open();
    } catch {
      return; // no storage here: nothing can have been taken along
    }
    new BroadcastChannel(CHANGED).addEventListener("message", () => this.#draw());
    await this.#draw();
    if (this.isOwnPage) await bringBack(this.bag);
    await this.#draw();
  }

  async #draw() {
    const learner = await this.bag.learner();
    const lessons = learner ? await this.bag.contents(learner) : [];
    const shown = this.isOwnPage ? lessons : lessons.filter(({ isKept }) => isKept);
    this.list.replaceChildren(...shown.map((lesson) => this.#item(lesson, learner)));
    this.hidden = !shown.length && !this.isOwnPage;
    if (this.empty) this.empty.hidden = shown.length > 0;
    const othersMs = await this.bag.waitingOfOthers(learner);
    if (!this.others) return;
    this.others.hidden = !othersMs;
    this.others.querySelector("p").textContent = say(this.words.others, { time: spoken(othersMs, this.words.units) });
  }

  #item(lesson, learner) {
    const item = this.row.content.cloneNode(true).firstElementChild;
    const link = item.querySelector("a");
    link.textContent = lesson.title;
    if (lesson.url) link.href = lesson.url;
    else link.removeAttribute("href");
    item.querySelector("[data-state]").textContent = sentences(lesson, this.words).map(([, text]) => text).join("");
    const button = item.querySelector("button");
    if (!button) return item;
    button.hidden = !lesson.isKept;
    button.querySelector(".visually-hidden").textContent = lesson.title;
    button.addEventListener("click", async () => {
      await caches.delete(`kept:${learner}:${lesson.lesson}`);
      await this.bag.remove(learner, lesson.lesson);
      await this.#draw();
    });
    return item;
  }
}

customElements.define("taken-along", TakenAlong);
