/**
 * <lesson-player>: puts the page's media and blocks before the counter and shows what the counter says.
 * The contract with the page stands in README.md.
 */
import { StudyCounter } from "./counter.js";
import { MediaPart } from "./media.js";
import { Meter, say, spoken } from "./meter.js";
import { ReadingTimeline } from "./reading.js";
import { PresenceSheet, readySound } from "./sheet.js";

const LOOK_MS = 250;
const IN_VIEW = 0.5;

class LessonPlayer extends HTMLElement {
  connectedCallback() {
    this.config = JSON.parse(this.querySelector("#lesson-config").textContent);
    this.words = JSON.parse(this.querySelector("#lesson-words").textContent);
    this.wholeMs = this.config.parts.reduce((sum, part) => sum + part.nominal_ms, 0);
    this.meter = new Meter(this, this.words, this.wholeMs);
    this.counter = new StudyCounter(this.config, browser(), (event, detail) => this.#heard(event, detail));
    this.sheet = new PresenceSheet(this.querySelector("[data-presence]"), {
      timeoutMs: this.config.presence_timeout_ms,
      words: this.words,
      onAnswer: (answer) => this.counter.answerPresence(answer),
    });
    this.leaving = new AbortController();
    this.medias = [];
    this.readings = new Map();
    this.seen = new Map();
    for (const part of this.config.parts) this.#take(part);
    this.#listen();
    this.timer = setInterval(() => this.#look(), LOOK_MS);
    // Without a learner (the page of patterns) there is nobody to count for.
    this.mayCount = Boolean(this.config.learner);
    if (this.mayCount) this.counter.sendLeftovers();
    this.#look();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    this.counter.leave();
    this.leaving.abort();
    this.observer?.disconnect();
  }

  #take(part) {
    const section = this.querySelector(`[data-part="${CSS.escape(part.part)}"]`);
    if (!section) return;
    const media = section.querySelector("video, audio");
    if (media) {
      this.medias.push(
        new MediaPart(media, part, {
          controls: this.querySelector("[data-controls]"),
          words: this.words,
          hlsUrl: this.config.hls_url,
          onChange: (kind, which) => this.#mediaChanged(kind, which),
        }),
      );
    } else if (part.blocks?.length) {
      const elements = new Map();
      for (const { id } of part.blocks) elements.set(id, section.querySelector(`[data-block="${CSS.escape(id)}"]`));
      this.readings.set(part.part, { timeline: new ReadingTimeline(part), elements });
      this.observer ??= new IntersectionObserver((seen) => this.#saw(seen), { threshold: steps(20) });
      for (const element of elements.values()) if (element) this.observer.observe(element);
      if (part.kind === "question") this.#takeQuestion(part.part, section);
    }
  }

  #takeQuestion(part, section) {
    let shown = null;
    this.questionShown = () => (shown ??= this.counter.session.isOpen ? this.counter.session.clock.now() : null);
    section.addEventListener("change", () => {
      const chosen = [...section.querySelectorAll("input:checked")].map((i) => Number(i.value));
      const isMany = section.querySelector("[type=checkbox]");
      const now = this.questionShown();
      if (now === null || !chosen.length) return;
      this.counter.answerQuestion(part, isMany ? chosen.join(",") : chosen[0], now);
    });
  }

  #listen() {
    const { signal } = this.leaving;
    const on = (target, kind, run) => target.addEventListener(kind, run, { signal });
    on(document, "visibilitychange", () => this.#visibilityChanged());
    on(window, "blur", () => this.#look());
    on(window, "focus", () => this.#look());
    on(window, "pagehide", () => this.counter.leave());
    on(window, "online", () => this.counter.session.outbox && this.counter.session.flush());
    on(document, "keydown", (event) => this.#key(event));
    on(this, "pointerdown", readySound);
    on(this.querySelector("[data-finish]"), "click", () => this.#finish());
  }

  // --- What is going on -------------------------------------------------------------------------------------------

  #look() {
    if (this.mayCount) this.counter.tick(this.#activity());
    this.#draw();
  }

  #activity() {
    const isVisible = document.visibilityState === "visible";
    const media = this.medias.find((m) => m.isPlaying);
    if (media) {
      this.#stopReading();
      return media.activity(isVisible);
    }
    return isVisible && document.hasFocus() && !this.counter.isHeld ? this.#reading() : this.#stopReading();
  }

  #reading() {
    // While a video is merely paused or loading, its viewer is not a reader of the next paragraph at the screen's edge.
    if (this.medias.some((m) => !m.media.paused)) return this.#stopReading();
    const now = performance.now();
    for (const [part, { timeline, elements }] of this.readings) {
      const inView = [...elements].filter(([, element]) => this.#isInView(element)).map(([id]) => id);
      if (!inView.length) {
        timeline.stop();
        continue;
      }
      const owed = this.counter.progress.parts.get(part)?.owed ?? 0;
      const reading = timeline.read(now, inView, owed > 0);
      if (!reading) continue;
      // Before the session is open nothing is counted, so nothing is read either.
      if (!this.counter.session.isOpen) timeline.stop();
      this.nowReading = reading.block;
      for (const [other, { timeline: idle }] of this.readings) if (other !== part) idle.stop();
      return { part, position: reading.position, rate: 1, visible: true };
    }
    return this.#stopReading();
  }

  #stopReading() {
    this.nowReading = null;
    for (const { timeline } of this.readings.values()) timeline.stop();
    return null;
  }

  /** A block is in view when half of it is, or when it fills half of the window. */
  #isInView(element) {
    const seen = element && this.seen.get(element);
    return Boolean(seen) && (seen.share >= IN_VIEW || seen.height >= window.innerHeight * IN_VIEW);
  }

  #saw(entries) {
    for (const { target, intersectionRatio, intersectionRect } of entries) {
      this.seen.set(target, { share: intersectionRatio, height: intersectionRect.height });
    }
  }

  async #mediaChanged(kind, which) {
    if (kind === "wanted") return this.#play(which);
    // Browsers say "moved" before they say "paused" or "ended"; the exact end comes with those.
    if (kind === "moved" && !which.isPlaying) return;
    if (kind === "interrupted") this.counter.pause({ position: which.placeMs });
    if (kind === "sought") this.counter.pause();
    if (kind === "playing") this.meter.untell("media");
    if (kind === "speed") this.#saySpeed(which.media.playbackRate);
    if (kind === "blocked") this.meter.tell("media", "info", this.words.play_blocked);
    if (kind === "failed") this.meter.tell("media", "error", this.words.media_error);
    this.#look();
  }

  /** Play one media; the session is opened first, so that the first second counts as well. */
  async #play(which) {
    this.lastMedia = which;
    for (const other of this.medias) if (other !== which) other.pause();
    const mayOpen = this.mayCount && ["idle", "closed"].includes(this.counter.session.phase);
    const opening = mayOpen ? this.counter.session.open() : null;
    await Promise.race([opening, new Promise((done) => setTimeout(done, 2_500))]);
    await which.play();
  }

  #visibilityChanged() {
    if (document.visibilityState === "hidden") {
      this.interrupted = this.medias.find((m) => m.isPlaying && m.media.tagName === "VIDEO");
      this.interrupted?.pause();
    } else if (this.interrupted && !this.counter.isHeld) {
      this.interrupted.play();
      this.interrupted = null;
    }
    this.#look();
  }

  #key(event) {
    const target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (target.closest("input, select, textarea") && !target.closest("[data-seek]")) return;
    if (event.key === " " && target.closest("button, a, summary")) return;
    if (event.key === "?") document.getElementById("player-keys").showModal();
    const media = this.medias.find((m) => m.isPlaying) ?? this.lastMedia ?? this.medias[0];
    if (media?.key(event.key)) event.preventDefault();
  }

  // --- What the counter says -----------------------------------------------------------------------------------------

  #heard(event, detail) {
    if (event === "opened") this.#opened(detail);
    if (event === "answered") this.meter.explain(detail.refused);
    if (event === "check") this.#ask(detail);
    if (event === "check_over") this.#checkOver(detail);
    if (event === "ended") this.#ended(detail);
    if (event === "offline") this.isOffline = true;
    if (event === "online" || event === "opened") this.isOffline = false;
  }

  #opened({ parts, resume }) {
    for (const { part, covered = [] } of parts) this.readings.get(part)?.timeline.learn(covered);
    const media = this.medias.find((m) => m.part.part === resume?.part);
    if (media && !media.isLoaded && resume.at_ms < media.part.nominal_ms) media.resumeAt(resume.at_ms);
    this.meter.untell("ended");
  }

  #ask(check) {
    this.playing = this.medias.find((m) => !m.media.paused);
    this.playing?.pause();
    this.#stopReading();
    this.sheet.ask(check);
  }

  #checkOver({ missed }) {
    this.sheet.close();
    if (missed) this.meter.tell("presence", "warn", this.words.presence_missed);
    else {
      this.meter.untell("presence");
      this.playing?.play();
    }
    this.playing = null;
    this.#look();
  }

  #ended({ reason, problem }) {
    const isOver = this.config.is_guest && reason === "signed_out";
    const sentence = isOver ? this.words.guest_over : (this.words.ended[reason] ?? this.words.ended.refused);
    const text = this.words.ended_action[reason];
    const takeOver = () => {
      this.counter.takeOver();
      this.meter.untell("ended");
      this.#look();
    };
    const action = text && (reason === "signed_out" ? { text, url: this.config.sign_in_url } : { text, run: takeOver });
    this.meter.tell("ended", reason === "refused" ? "error" : "warn", problem?.detail ?? sentence, action);
  }

  #saySpeed(rate) {
    if (rate <= 1) return this.meter.untell("speed");
    const whole = Math.round(this.wholeMs / 60_000);
    const earned = Math.floor(this.wholeMs / 60_000 / rate);
    this.meter.tell("speed", "info", say(this.words.speed_before, { rate, a: earned, b: whole - earned }));
  }

  async #finish() {
    const button = this.querySelector("[data-finish]");
    button.setAttribute("aria-busy", "true");
    for (const media of this.medias) media.pause();
    const { isComplete } = this.counter.standing;
    const isDone = await this.counter.finish();
    button.removeAttribute("aria-busy");
    if (!isDone) return this.meter.tell("finish", "warn", this.words.retry);
    this.meter.untell("finish");
    if (!isComplete) return;
    const done = this.querySelector("[data-done]");
    done.hidden = false;
    done.querySelector(".seal").classList.add("seal--lands");
    button.hidden = true;
    this.querySelector("[data-finish-why]").hidden = true;
    const next = this.querySelector("[data-next]");
    if (next) next.hidden = false;
  }

  // --- What the learner sees ---------------------------------------------------------------------------------------------

  #draw() {
    const { counter, words } = this;
    const standing = counter.standing;
    this.meter.draw(standing);
    this.meter.show(...this.#state());
    const { isOpen } = counter.session;
    const button = this.querySelector("[data-finish]");
    button.disabled = !isOpen;
    const label = standing.isComplete ? words.finish : words.stop_here;
    const shown = button.querySelector("[data-finish-words]");
    if (shown.textContent !== label) shown.textContent = label;
    for (const { timeline, elements } of this.readings.values()) {
      for (const [id, element] of elements) {
        const state = id === this.nowReading && counter.isCounting ? "now" : timeline.stateOf(id);
        if (element && element.dataset.read !== state) element.dataset.read = state;
      }
    }
  }

  #state() {
    const { counter, words } = this;
    const { phase } = counter.session;
    if (phase === "ended") return ["ended", words.paused];
    if (counter.isHeld) return ["paused", words.check];
    if (phase === "opening") return ["opening", words.opening];
    if (this.isOffline && phase !== "open") return ["offline", words.no_network];
    if (this.isOffline) return ["offline", say(words.offline, { minutes: spoken(counter.waitingMs, words.units) })];
    if (counter.progress.isCapped) return ["capped", words.capped];
    if (counter.isCounting) return ["running", words.running];
    if (document.visibilityState === "hidden") return ["hidden", words.hidden];
    if (phase === "idle" || phase === "closed") return ["idle", words.idle];
    const isReading = this.medias.length === 0 || this.medias.every((m) => m.media.ended || m.media.paused);
    return ["paused", isReading && this.readings.size ? words.paused_done : words.paused];
  }
}

/** Return the world as the counter needs it. */
function browser() {
  const storage = usableStorage();
  return {
    fetch: (url, init) => fetch(url, init),
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    uuid: () => crypto.randomUUID?.() ?? uuid4(),
    later: (run, ms) => setTimeout(run, ms),
    storage,
    device: deviceOf(storage),
  };
}

function usableStorage() {
  try {
    localStorage.setItem("study?", "1");
    localStorage.removeItem("study?");
    return localStorage;
  } catch {
    const kept = new Map();
    return {
      get length() {
        return kept.size;
      },
      key: (n) => [...kept.keys()][n] ?? null,
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    };
  }
}

function deviceOf(storage) {
  const known = storage.getItem("device");
  if (known) return known;
  const made = crypto.randomUUID?.() ?? uuid4();
  storage.setItem("device", made);
  return made;
}

/** crypto.randomUUID exists only on secure origins; a school's server in the intranet may have none. */
function uuid4() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const steps = (count) => Array.from({ length: count + 1 }, (_, n) => n / count);

customElements.define("lesson-player", LessonPlayer);
