/**
 * A video or sound of the lesson: source (HLS where the browser needs help), our own controls, and an honest answer to
 * the question whether it is really playing, and where.
 */
import { say } from "./meter.js";
import { allowedSpeeds } from "./speed.js";

const STEP_S = 10;
const SPEEDS = ["0.75", "1", "1.25", "1.5"];
const HLS = "application/vnd.apple.mpegurl";

export class MediaPart {
  /**
   * @param {HTMLMediaElement} media @param {object} part its entry in the config
   * @param {{controls: HTMLTemplateElement, words: object, hlsUrl: string, maxRate: number, sound: string,
   *   onChange: (kind: string, part: MediaPart) => void}} options
   *   maxRate: up to which every place counts; sound: what becomes of the time when the screen goes dark
   */
  constructor(media, part, { controls, words, hlsUrl, maxRate, sound, onChange }) {
    this.media = media;
    this.part = part;
    this.words = words;
    this.hlsUrl = hlsUrl;
    this.onChange = onChange;
    this.frame = media.closest(".part-media") ?? media.parentElement;
    this.isWaiting = false;
    this.isLoaded = false;
    media.controls = false;
    if (part.poster) media.poster = part.poster;
    for (const track of part.captions ?? []) media.append(trackOf(track));
    this.speeds = allowedSpeeds(SPEEDS, maxRate ?? 1.5);
    media.after(controls.content.cloneNode(true));
    this.#wire();
    this.frame.querySelector("[data-sound]").textContent = sound;
  }

  get isPlaying() {
    const { media } = this;
    return !media.paused && !media.ended && !media.seeking && !this.isWaiting && media.readyState >= 2;
  }

  get positionMs() {
    return this.media.currentTime * 1_000;
  }

  /** Return the position on the part's own timeline: a file may run some frames longer than the part. */
  get placeMs() {
    return Math.min(this.positionMs, this.part.nominal_ms);
  }

  /** Return what is going on, or null. */
  activity(visible) {
    if (!this.isPlaying) return null;
    return { part: this.part.part, position: this.placeMs, rate: this.media.playbackRate, visible };
  }

  async play() {
    await this.#load();
    try {
      await this.media.play();
    } catch (error) {
      if (error.name === "NotAllowedError") this.onChange("blocked", this);
      else if (error.name !== "AbortError") this.onChange("failed", this);
    }
  }

  pause() {
    if (this.isPlaying) this.onChange("interrupted", this);
    this.media.pause();
  }

  /** Go to a place; the stretch before is ended first, at the exact place it reached. */
  seek(positionMs) {
    this.onChange("interrupted", this);
    const end = this.media.duration || this.part.nominal_ms / 1_000;
    this.media.currentTime = Math.min(Math.max(0, positionMs / 1_000), end);
    this.#draw();
  }

  /** Start from this place when it is played next. */
  resumeAt(positionMs) {
    this.startMs = positionMs;
    this.#draw();
  }

  /** Go to a place and play from there. */
  playFrom(positionMs) {
    if (this.isLoaded) this.seek(positionMs);
    else this.resumeAt(positionMs);
    this.onChange("wanted", this);
  }

  key(key) {
    if (key === " " || key === "k") this.toggle();
    else if (key === "ArrowLeft") this.seek(this.positionMs - STEP_S * 1_000);
    else if (key === "ArrowRight") this.seek(this.positionMs + STEP_S * 1_000);
    else if (key === "c") this.#toggleCaptions();
    else if (key === "f") this.#toggleFullscreen();
    else if (this.speeds[Number(key) - 1]) this.#setSpeed(this.speeds[Number(key) - 1]);
    else return false;
    return true;
  }

  toggle() {
    if (this.media.paused) this.onChange("wanted", this);
    else this.pause();
  }

  #wire() {
    const { media, frame } = this;
    const find = (name) => frame.querySelector(`[data-${name}]`);
    this.ui = Object.fromEntries(
      ["seek", "play", "back", "at", "whole", "speed", "quality", "quality-label", "captions", "fullscreen", "icon-play", "icon-pause"].map(
        (name) => [name, find(name)],
      ),
    );
    const { ui } = this;
    ui.play.addEventListener("click", () => this.toggle());
    media.addEventListener("click", () => this.toggle());
    ui.back.addEventListener("click", () => this.seek(this.positionMs - STEP_S * 1_000));
    ui.seek.addEventListener("input", () => this.seek((Number(ui.seek.value) / 1_000) * this.#wholeMs));
    ui.speed.addEventListener("change", () => this.#setSpeed(ui.speed.value));
    for (const option of [...ui.speed.options]) if (!this.speeds.includes(option.value)) option.remove();
    ui.captions.addEventListener("click", () => this.#toggleCaptions());
    ui.captions.hidden = !this.part.captions?.length;
    ui.fullscreen.hidden = media.tagName !== "VIDEO" || !document.fullscreenEnabled;
    ui.fullscreen.addEventListener("click", () => this.#toggleFullscreen());
    ui.quality.addEventListener("change", () => this.#setQuality());
    for (const kind of ["pause", "ended", "ratechange"]) media.addEventListener(kind, () => this.#changed("interrupted"));
    media.addEventListener("seeking", () => this.#changed("sought"));
    media.addEventListener("waiting", () => this.#changed("interrupted", true));
    media.addEventListener("playing", () => this.#changed("playing", false));
    media.addEventListener("timeupdate", () => this.#changed("moved"));
    media.addEventListener("loadedmetadata", () => this.#draw());
    media.addEventListener("error", () => this.isLoaded && this.onChange("failed", this));
    this.#draw();
  }

  #changed(kind, isWaiting) {
    if (isWaiting !== undefined) this.isWaiting = isWaiting;
    this.#draw();
    this.onChange(kind, this);
  }

  get #wholeMs() {
    return Number.isFinite(this.media.duration) ? this.media.duration * 1_000 : this.part.nominal_ms;
  }

  #draw() {
    const { ui, media, words } = this;
    const at = this.isLoaded ? this.positionMs : (this.startMs ?? 0);
    const [now, whole] = [clock(at), clock(this.#wholeMs)];
    ui.at.textContent = now;
    ui.whole.textContent = whole;
    if (document.activeElement !== ui.seek || !media.seeking) ui.seek.value = String((1_000 * at) / this.#wholeMs);
    ui.seek.setAttribute("aria-valuetext", say(words.position, { at: now, whole }));
    ui["icon-play"].hidden = !media.paused;
    ui["icon-pause"].hidden = media.paused;
    ui.play.setAttribute("aria-label", media.paused ? words.play : words.pause);
  }

  #setSpeed(rate) {
    this.media.playbackRate = Number(rate);
    this.ui.speed.value = rate;
    this.onChange("speed", this);
  }

  #toggleCaptions() {
    const [track] = this.media.textTracks;
    if (!track) return;
    const isOn = track.mode === "showing";
    track.mode = isOn ? "hidden" : "showing";
    this.ui.captions.setAttribute("aria-pressed", String(!isOn));
  }

  #toggleFullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.frame.requestFullscreen?.().catch(() => {});
  }

  async #load() {
    if (this.isLoaded || !this.part.src) return;
    this.isLoaded = true;
    const { media, part } = this;
    const isHls = part.mime === HLS || part.src.endsWith(".m3u8");
    // Apple's own player is good and saves 120 kB; elsewhere native HLS is uneven, so hls.js where it can run.
    const isApple = navigator.vendor.includes("Apple") && media.canPlayType(HLS);
    if (isHls && !isApple) await this.#loadHls();
    else media.src = part.src;
    if (this.startMs) media.currentTime = this.startMs / 1_000;
  }

  async #loadHls() {
    const { default: Hls } = await import(this.hlsUrl);
    if (!Hls.isSupported()) {
      this.media.src = this.part.src;
      return;
    }
    const wantsLittle = Boolean(navigator.connection?.saveData || navigator.connection?.type === "cellular");
    // Our segments are fMP4 and pass through as they are: a worker, made from a blob against our policy, has nothing to do.
    this.hls = new Hls({ enableWorker: false, startLevel: wantsLittle ? 0 : -1, maxBufferLength: 60, backBufferLength: 60 });
    this.hls.on(Hls.Events.MANIFEST_PARSED, () => this.#offerQualities(wantsLittle));
    this.hls.on(Hls.Events.ERROR, (_, data) => {
      if (data.fatal) this.onChange("failed", this);
    });
    await new Promise((resolve) => {
      this.hls.on(Hls.Events.MANIFEST_PARSED, resolve);
      this.hls.on(Hls.Events.ERROR, (_, data) => data.fatal && resolve());
      this.hls.loadSource(this.part.src);
      this.hls.attachMedia(this.media);
    });
  }

  #offerQualities(wantsLittle) {
    const { quality } = this.ui;
    if (this.hls.levels.length < 2) return;
    const named = new Map((this.part.sizes ?? []).map((s) => [s.height, s]));
    const options = this.hls.levels.map((level, n) => {
      const size = named.get(level.height);
      const weight = size?.bytes ? ` ${Math.max(1, Math.round(size.bytes / 1_048_576))} MB` : "";
      return new Option(`${size?.label ?? `${level.height}p`}${weight}`, String(n));
    });
    quality.replaceChildren(new Option(this.words.quality_auto, "-1"), ...options);
    quality.value = wantsLittle ? "0" : "-1";
    if (wantsLittle) this.hls.currentLevel = 0;
    this.ui["quality-label"].hidden = false;
  }

  #setQuality() {
    this.hls.currentLevel = Number(this.ui.quality.value);
  }
}

function trackOf({ src, lang, label }, n = 0) {
  const track = document.createElement("track");
  Object.assign(track, { kind: "captions", src, srclang: lang, label, default: n === 0 });
  return track;
}

function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = `${String(m).padStart(h ? 2 : 1, "0")}:${String(s).padStart(2, "0")}`;
  return h ? `${h}:${tail}` : tail;
}
