/**
 * <lesson-player>: puts the page's media and blocks before the counter and shows what the counter says.
 * The contract with the page stands in README.md.
 */
import { browser } from "./browser.js";
import { StudyCounter } from "./counter.js";
import { speak, takeKeys } from "./headset.js";
import { union, without } from "./intervals.js";
import { firstOf, fromAddress, isAround, isCovered, isOver } from "./makeup.js";
import { MediaPart } from "./media.js";
import { Meter, say, spoken } from "./meter.js";
import { asked } from "./presence.js";
import { ReadingTimeline } from "./reading.js";
import { PresenceSheet, readySound } from "./sheet.js";
import { shareOf } from "./speed.js";
import { leaveStage } from "./stage.js";

const LOOK_MS = 250;
const IN_VIEW = 0.5;
/** What was refused for these reasons is earned by playing it again, now. */
const PLAY_AGAIN = new Set(["missed_check", "not_visible", "clock_used", "faster_than_clock", "too_late", "licence_expired"]);

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
      leftMs: () => this.counter.answerLeftMs,
      onAnswer: (answer) => this.counter.answerPresence(answer),
    });
    this.leaving = new AbortController();
    this.medias = [];
    this.readings = new Map();
    this.seen = new Map();
    this.questions = new Map();
    this.refused = [];
    for (const part of this.config.parts) this.#take(part);
    this.#listen();
    this.timer = setInterval(() => this.#look(), LOOK_MS);
    // Without a learner (the page of patterns) there is nobody to count for.
    this.mayCount = Boolean(this.config.learner);
    if (this.mayCount && !this.config.is_kept) this.counter.sendLeftovers();
    this.#offerStretch(fromAddress(location.search, this.config.parts));
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
          maxRate: this.config.max_rate,
          sound: this.#soundWords(part),
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

  /** Say what becomes of the time of a recording when the screen goes dark. */
  #soundWords(part) {
    const { sound } = this.words;
    if (part.kind !== "audio") return sound.seen;
    return this.config.sound_counts ? sound.heard : sound.not_heard;
  }

  #takeQuestion(part, section) {
    const question = { section, shown: null, isAnswered: false };
    this.questions.set(part, question);
    section.addEventListener("change", () => {
      const answer = answerIn(section);
      const { session } = this.counter;
      if (!session.isOpen || answer === null) return;
      question.isAnswered = true;
      this.counter.answerQuestion(part, answer, question.shown ?? session.clock.now());
    });
  }

  /** A chapter of a video was chosen: go there. */
  #toChapter(event) {
    const link = event.target.closest("a[data-seek-ms]");
    const media = link && this.medias.find((m) => m.media.closest("section") === link.closest("section"));
    if (!media) return;
    event.preventDefault();
    media.seek(Number(link.dataset.seekMs));
  }

  /** Return whether a question of the lesson is in view and waits for its answer; note since when it is. */
  #atQuestion() {
    const { session } = this.counter;
    let isWaiting = false;
    for (const question of this.questions.values()) {
      const block = question.section.querySelector("[data-block]");
      if (question.isAnswered || !this.#isInView(block)) continue;
      isWaiting = true;
      if (session.isOpen) question.shown ??= session.clock.now();
    }
    return isWaiting;
  }

  #listen() {
    const { signal } = this.leaving;
    const on = (target, kind, run) => target.addEventListener(kind, run, { signal });
    on(document, "visibilitychange", () => this.#visibilityChanged());
    on(this, "click", (event) => this.#toChapter(event));
    on(window, "blur", () => this.#look());
    on(window, "focus", () => this.#look());
    on(window, "pagehide", () => this.counter.leave());
    on(window, "online", () => this.counter.session.outbox && this.counter.session.flush());
    on(document, "keydown", (event) => this.#key(event));
    on(this, "pointerdown", readySound);
    on(this, "keydown", readySound);
    on(this.querySelector("[data-finish]"), "click", () => this.#finish());
  }

  // --- What is going on -------------------------------------------------------------------------------------------

  #look() {
    const activity = this.#activity();
    const atQuestion = this.#atQuestion();
    if (this.mayCount) this.counter.tick(activity, atQuestion);
    if (this.stretch) this.#watchStretch(activity);
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
      if (this.readings.has(this.stretch?.part) && this.stretch.part !== part) continue;
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
    // Who goes elsewhere in the recording does not want just that stretch any more.
    if (kind === "sought" && this.stretch?.part === which.part.part && !isAround(this.stretch, which.placeMs)) this.#endStretch();
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
    if (event === "answered") this.#answered(detail);
    if (event === "check") this.#ask(detail);
    if (event === "check_over") this.#checkOver(detail);
    if (event === "ended") this.#ended(detail);
    if (event === "not_kept") this.meter.tell("not_kept", "error", this.words.not_kept);
    if (event === "offline") this.isOffline = true;
    if (event === "online" || event === "opened") this.isOffline = false;
  }

  #opened({ parts, resume }) {
    for (const { part, covered = [] } of parts) this.readings.get(part)?.timeline.learn(covered);
    for (const question of this.questions.values()) question.shown = null;
    const media = this.medias.find((m) => m.part.part === resume?.part);
    if (media && !this.stretch && !media.isLoaded && resume.at_ms < media.part.nominal_ms) media.resumeAt(resume.at_ms);
    this.meter.untell("ended");
  }

  #answered({ refused }) {
    const again = refused.filter(({ reason, range }) => range && PLAY_AGAIN.has(reason));
    this.refused.push(...again);
    for (const { part, range } of again) this.readings.get(part)?.timeline.open(range);
    this.meter.explain(refused, (reason) => {
      if (!this.#stillOpen(reason)) return null;
      return { text: this.words.play_again, run: () => this.#playStretch(this.#stillOpen(reason)) };
    });
  }

  /** Return the first stretch refused for a reason that has not been played again since. */
  #stillOpen(reason) {
    const covered = (part) => this.counter.progress.parts.get(part)?.covered ?? [];
    const left = this.refused.filter((r) => r.reason === reason);
    const spans = left.flatMap(({ part, range }) => without([range], covered(part)).map((r) => ({ part, range: r })));
    return firstOf(spans, this.config.parts);
  }

  /** Ask: what hides the page is left first, then the lesson stops, then the sheet fills the screen. */
  async #ask(check) {
    this.playing = this.medias.find((m) => !m.media.paused);
    const isLeft = leaveStage(document, this.medias.map((m) => m.media));
    this.playing?.pause();
    this.#stopReading();
    await isLeft;
    if (this.counter.checks.open?.id !== check.id) return; // over meanwhile: the phone slept, or the session ended
    this.sheet.ask(check);
    takeKeys(navigator.mediaSession, () => this.sheet.tap());
    if (document.visibilityState === "hidden") {
      const { speechSynthesis: speech, SpeechSynthesisUtterance: Utterance } = window;
      speak(asked(check).question || this.sheet.question, { speech, Utterance, lang: document.documentElement.lang });
    }
  }

  #checkOver({ missed }) {
    this.sheet.close();
    takeKeys(navigator.mediaSession, null);
    window.speechSynthesis?.cancel();
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
    const { units } = this.words;
    const [n, a, b] = Object.values(shareOf(this.config.parts, rate)).map((ms) => spoken(ms, units));
    this.meter.tell("speed", "info", say(this.words.speed_before, { rate, n, a, b }));
  }

  // --- Playing just one stretch again ------------------------------------------------------------------------------

  /** Offer the stretch that the address asks for; a browser plays only after a tap. */
  #offerStretch(span) {
    if (!span) return;
    const media = this.medias.find((m) => m.part.part === span.part);
    media?.resumeAt(span.from);
    const sentence = say(this.words.stretch_ready, { t: spoken(span.to - span.from, this.words.units) });
    this.meter.tell("stretch", "info", sentence, { text: this.words.play_stretch, run: () => this.#playStretch(span) });
    // Whoever taps the film's own button means the same.
    if (media) this.stretch = span;
  }

  #playStretch(span) {
    this.#endStretch();
    if (!span) return;
    const sentence = say(this.words.stretch_plays, { t: spoken(span.to - span.from, this.words.units) });
    this.meter.tell("stretch", "info", sentence, { text: this.words.stretch_all, run: () => this.#endStretch() });
    const media = this.medias.find((m) => m.part.part === span.part);
    if (media) {
      media.playFrom(span.from);
      this.stretch = span; // not before it is there: where it was may lie behind the end
      media.frame.scrollIntoView({ block: "center" });
      return;
    }
    this.stretch = span;
    const reading = this.readings.get(span.part);
    reading?.timeline.keepTo([span.from, span.to]);
    const { blocks } = this.config.parts.find(({ part }) => part === span.part);
    const first = blocks.find((block) => block.offset_ms + block.ms > span.from);
    reading?.elements.get(first?.id)?.scrollIntoView({ block: "center" });
    this.#look();
  }

  /** Stop at the end of the stretch and say so. */
  #watchStretch(activity) {
    const { stretch } = this;
    const media = this.medias.find((m) => m.part.part === stretch.part);
    const reading = this.readings.get(stretch.part)?.timeline;
    const isDone = media
      ? !media.media.paused && isOver(stretch, stretch.part, media.placeMs)
      : Boolean(reading?.only) && isCovered(stretch, union(reading.covered));
    if (!isDone || (!media && activity)) return;
    this.#endStretch(); // before the pause, which makes us look again
    media?.pause();
    this.meter.tell("stretch", "info", this.words.stretch_done);
    this.#look();
  }

  /** Go on with the whole lesson. */
  #endStretch() {
    if (this.stretch) this.readings.get(this.stretch.part)?.timeline.keepTo(null);
    this.stretch = null;
    this.meter.untell("stretch");
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

/** Return what somebody has answered in a question's form: an index, several as a list, or what was typed; null if not all of it. */
function answerIn(section) {
  const places = [...section.querySelectorAll("select")].map((select) => select.value);
  if (places.length) return places.every(Boolean) ? places.join(",") : null;
  const typed = section.querySelector("input[type=text]");
  if (typed) return typed.value.trim() || null;
  const chosen = [...section.querySelectorAll("input:checked")].map((input) => Number(input.value));
  if (!chosen.length) return null;
  return section.querySelector("[type=checkbox]") ? chosen.join(",") : chosen[0];
}

const steps = (count) => Array.from({ length: count + 1 }, (_, n) => n / count);

customElements.define("lesson-player", LessonPlayer);
