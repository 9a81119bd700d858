/** The sheet that asks “还在学吗？”: full screen, one big button, the time left as a ring and as a number. */

const WARN_S = 10;

export class PresenceSheet {
  /** @param {HTMLDialogElement} dialog @param {{timeoutMs: number, words: object, onAnswer: (answer: any) => void}} options */
  constructor(dialog, { timeoutMs, words, onAnswer }) {
    this.dialog = dialog;
    this.timeoutMs = timeoutMs;
    this.words = words;
    this.onAnswer = onAnswer;
    this.yes = dialog.querySelector("[data-presence-yes]");
    this.choices = dialog.querySelector("[data-presence-choices]");
    this.ring = dialog.querySelector("[data-presence-ring]");
    this.left = dialog.querySelector("[data-presence-left]");
    this.said = dialog.querySelector("[data-presence-said]");
    this.title = dialog.querySelector("h2");
    this.question = this.title.textContent;
    this.yes.addEventListener("click", () => this.#answer(true));
    // Escape would leave the question open behind the page; only an answer, or the end of its time, closes it.
    dialog.addEventListener("cancel", (event) => event.preventDefault());
  }

  /** Ask; the answer, or null when the time is over, goes to `onAnswer` once. */
  async ask(check) {
    if (document.fullscreenElement) await document.exitFullscreen().catch(() => {});
    const isTap = check.kind !== "choice" || !check.options?.length;
    this.title.textContent = (!isTap && check.prompt) || this.question;
    this.yes.hidden = !isTap;
    this.choices.hidden = isTap;
    this.choices.replaceChildren(...(isTap ? [] : check.options.map((text, n) => this.#choice(text, n))));
    this.endsAt = performance.now() + this.timeoutMs;
    this.dialog.showModal();
    (isTap ? this.yes : this.choices.querySelector("button")).focus();
    knock();
    navigator.vibrate?.([120, 80, 120]);
    this.timer = setInterval(() => this.#count(), 250);
    this.#count();
  }

  close() {
    clearInterval(this.timer);
    if (this.dialog.open) this.dialog.close();
  }

  #choice(text, n) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--secondary btn--wide";
    button.textContent = text;
    button.addEventListener("click", () => this.#answer(n));
    return button;
  }

  #count() {
    const left = this.endsAt - performance.now();
    if (left <= 0) return this.#answer(null);
    const seconds = Math.ceil(left / 1_000);
    this.left.textContent = String(seconds);
    this.ring.setAttribute("stroke-dashoffset", String(100 - (100 * left) / this.timeoutMs));
    if (seconds === WARN_S) this.said.textContent = this.words.presence_seconds.replace("{n}", String(WARN_S));
  }

  #answer(answer) {
    if (!this.dialog.open) return;
    this.close();
    this.said.textContent = "";
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
