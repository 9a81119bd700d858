/** The count meter: whether time counts, how much it is, the rule of the lesson, and what was not counted and why. */

const SVG = "http://www.w3.org/2000/svg";
const BED = { y: "10", height: "10" };

/** Fill the braces of a sentence. */
export const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

/** Return a length of time in words: seconds below a minute, whole minutes without seconds. */
export function spoken(ms, units) {
  const seconds = Math.floor(ms / 1_000);
  const values = { m: Math.floor(seconds / 60), s: seconds % 60 };
  if (!values.m) return say(units.s, values);
  return say(values.s ? units.ms : units.m, values);
}

/** Return minutes and seconds as on a drawing: 4′10″. */
export function primes(ms) {
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)}′${String(seconds % 60).padStart(2, "0")}″`;
}

export class Meter {
  /** @param {HTMLElement} root the lesson-player element @param {object} words @param {number} wholeMs */
  constructor(root, words, wholeMs) {
    this.root = root;
    this.words = words;
    this.wholeMs = wholeMs;
    this.line = root.querySelector("[data-words]");
    this.time = root.querySelector("[data-time]");
    this.ruler = root.querySelector("[data-ruler]");
    this.notices = root.querySelector("[data-notices]");
    this.refused = new Map();
  }

  /** Show a state; words are announced to screen readers only when they change. */
  show(state, sentence) {
    if (this.root.dataset.state !== state) this.root.dataset.state = state;
    if (this.line.textContent !== sentence) this.line.textContent = sentence;
  }

  /** Show how much counts and where. */
  draw({ ms, covered, refused }) {
    const time = primes(ms);
    if (this.time.textContent !== time) this.time.textContent = time;
    const shape = JSON.stringify([covered, refused]);
    if (shape === this.drawn) return;
    this.drawn = shape;
    this.ruler.replaceChildren(
      ...refused.map((span) => this.#bar(span, "ruler__refused", "url(#hatch)")),
      ...covered.map((span) => this.#bar(span, "ruler__counted")),
    );
  }

  /** Explain what was refused: one line a reason, its time growing. `action(reason)`: a button with it, or nothing. */
  explain(refused, action = () => null) {
    for (const { reason, range } of refused) {
      const sentence = this.words.refused[reason];
      if (!sentence) continue;
      const lost = (this.refused.get(reason) ?? 0) + (range ? range[1] - range[0] : 0);
      this.refused.set(reason, lost);
      if (range && lost < 1_000) continue; // not worth a word
      this.tell(`refused-${reason}`, "warn", say(sentence, { t: spoken(lost, this.words.units) }), action(reason));
    }
  }

  /** Put up a notice; one of the same name is replaced. `action` is {text, run} or {text, url}. */
  tell(name, kind, sentence, action) {
    const old = this.notices.querySelector(`[data-name="${name}"]`);
    if (old?.querySelector("p").textContent === sentence) return;
    const box = document.createElement("div");
    box.className = `notice notice--${kind}`;
    box.dataset.name = name;
    const text = document.createElement("p");
    text.textContent = sentence;
    box.append(this.#icon(kind), text);
    if (action) box.append(this.#action(action));
    if (old) old.replaceWith(box);
    else this.notices.append(box);
  }

  /** Take a notice down. */
  untell(name) {
    this.notices.querySelector(`[data-name="${name}"]`)?.remove();
  }

  #icon(kind) {
    const { content } = this.root.querySelector("[data-icons]");
    return content.querySelector(kind === "info" ? ".icon--info" : ".icon--warn").cloneNode(true);
  }

  #action({ text, run, url }) {
    const link = document.createElement(url ? "a" : "button");
    if (url) link.href = url;
    else {
      link.type = "button";
      link.addEventListener("click", run);
    }
    link.className = url ? "link" : "btn btn--small";
    link.textContent = text;
    return link;
  }

  #bar([from, to], css, fill) {
    const bar = document.createElementNS(SVG, "rect");
    bar.setAttribute("class", css);
    bar.setAttribute("x", `${(100 * from) / this.wholeMs}%`);
    bar.setAttribute("width", `${(100 * (to - from)) / this.wholeMs}%`);
    for (const [name, value] of Object.entries(BED)) bar.setAttribute(name, value);
    if (fill) bar.setAttribute("fill", fill);
    return bar;
  }
}
