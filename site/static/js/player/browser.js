/** The browser as the counter needs it: network, clocks, a storage that always works, the bag, the device's name. */
import { Bag, bringBack } from "../offline/bag.js";

/** Return the world as the counter needs it. */
export function browser() {
  const storage = usableStorage();
  return {
    fetch: (url, init) => fetch(url, init),
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    uuid: newUuid,
    later: (run, ms) => setTimeout(run, ms),
    storage,
    device: deviceOf(storage),
    bag: theBag(),
  };
}

/** What was taken along, opened on first need. */
function theBag() {
  let opened = null;
  const bag = () => (opened ??= Bag.open());
  return {
    licenceOf: async (...of) => (await bag()).licenceOf(...of),
    beginRun: async (...of) => (await bag()).beginRun(...of),
    seq: Bag.seq,
    async add(...what) {
      await (await bag()).add(...what);
      // Where the browser can, it wakes the service worker as soon as there is a network, also without a page.
      if (!navigator.onLine) navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("bag")).catch(() => {});
    },
    send: async (heard) => bringBack(await bag(), heard),
  };
}

export function usableStorage() {
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

export function deviceOf(storage) {
  const known = storage.getItem("device");
  if (known) return known;
  const made = newUuid();
  storage.setItem("device", made);
  return made;
}

/** Return a new random uuid. */
export const newUuid = () => crypto.randomUUID?.() ?? uuid4();

/** crypto.randomUUID exists only on secure origins; a school's server in the intranet may have none. */
function uuid4() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
