/**
 * The sheet that asks “还在学吗？”: full screen, one big button, a choice or a number to type, the time left as a ring and
 * as a number. Every answer is a tap, a digit or Enter; a screen reader hears the question and the last ten seconds.
 */
import { asked } from "./presence.js";

const WARN_S = 10;

export class PresenceSheet {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {{timeoutMs: number, words: object, leftMs: () => number, onAnswer: (answer: any) => void}} options
   *   leftMs: what is left to answer, on the session's clock
   */
  constructor(dialog, { timeoutMs, words, leftMs, onAnswer }) {
    this.dialog = dialog;
    this.timeoutMs = timeoutMs;
    this.words = words;
    this.leftMs = leftMs;
    this.onAnswer = onAnswer;
    const find = (name) => dialog.querySelector(`[data-presence-${name}]`);
    this.form = find("form");
    this.yes = find("yes");
    this.choices = find("choices");
    this.number = find("number");
    this.ring = find("ring");
    this.left = find("left");
    this.said = find("said");
    this.title = dialog.querySelector("h2");
    this.question = this.title.textContent;
    this.yesWords = this.yes.textContent;
    this.why = this.title.nextElementSibling;
    this.whyTap = this.why.textContent;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    dialog.addEventListener("keydown", (event) => this.#key(event));
    // Escape would leave the question open behind the page; only an answer, or the end of its time, closes it.
    dialog.addEventListener("cancel", (event) => event.preventDefault());
  }

  /** Ask; the answer, or null when the time is over, goes to `onAnswer` once. */
  ask(check) {
    const { question, options = [], isNumber = false } = asked(check);
    this.isTap = !isNumber && !options.length;
    this.isNumber = isNumber;
    this.title.textContent = this.isTap ? this.question : question;
    const { choice, number } = this.words.presence_why;
    this.why.textContent = this.isTap ? this.whyTap : isNumber ? number : choice;
    this.choices.hidden = !options.length;
    this.choices.replaceChildren(...options.map((text, n) => this.#choice(text, n)));
    this.number.closest("label").hidden = !isNumber;
    this.number.disabled = !isNumber;
    this.number.value = "";
    this.yes.hidden = options.length > 0;
    this.yes.textContent = isNumber ? this.words.presence_done : this.yesWords;
    this.dialog.showModal();
    (isNumber ? this.number : options.length ? this.choices.querySelector("button") : this.yes).focus();
    knock();
    navigator.vibrate?.([120, 80, 120]);
    this.timer = setInterval(() => this.#count(), 250);
    this.#count();
  }

  /** Answer for somebody who does not see the sheet: the key of a headset. */
  tap() {
    if (this.isTap) this.#answer(true);
  }

  close() {
    clearInterval(this.timer);
    this.said.textContent = "";
    if (this.dialog.open) this.dialog.close();
  }

  #choice(text, n) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--secondary presence__choice";
    const number = document.createElement("span");
    number.className = "presence__key";
    number.textContent = String(n + 1);
    const words = document.createElement("span");
    words.textContent = text;
    button.append(number, words);
    button.addEventListener("click", () => this.#answer(n));
    return button;
  }

  #submit() {
    if (!this.isNumber) return this.#answer(true);
    const typed = this.number.value.replace(/\D/g, "");
    // An empty field is a slip of the finger, not an answer.
    return typed ? this.#answer(typed.slice(0, 20)) : this.number.focus();
  }

  /** A digit chooses, wherever the focus is. */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    this.choices.querySelectorAll("button")[Number(event.key) - 1]?.click();
  }

  #count() {
    const left = this.leftMs();
    if (left <= 0) return this.#answer(null);
    const seconds = Math.ceil(left / 1_000);
    this.left.textContent = String(seconds);
    this.ring.setAttribute("stroke-dashoffset", String(100 - (100 * left) / this.timeoutMs));
    const warning = this.words.presence_seconds.replace("{n}", String(WARN_S));
    if (seconds <= WARN_S && this.said.textContent !== warning) this.said.textContent = warning;
  }

  #answer(answer) {
    if (!this.dialog.open) return;
    this.close();
    this.onAnswer(answer);
  }
}

let sound = null;

/** Get the sound ready: browsers only allow that during a tap or a key. */
export function readySound() {
  sound ??= window.AudioContext ? new AudioContext() : null;
}

/** Two soft taps on wood, 0.4 s. Where sound is off, the sheet and the vibration say the same. */
function knock() {
  if (!sound || sound.state === "closed") return;
  sound.resume?.();
  for (const delay of [0, 0.18]) {
    const start = sound.currentTime + delay;
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.type = "triangle";
    tone.frequency.setValueAtTime(420, start);
    tone.frequency.exponentialRampToValueAtTime(180, start + 0.09);
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.25, start + 0.008);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.16);
    tone.connect(volume).connect(sound.destination);
    tone.start(start);
    tone.stop(start + 0.2);
  }
}
