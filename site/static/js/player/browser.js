/** The browser as the counter needs it: network, clocks, a storage that always works, the device's name. */

/** Return the world as the counter needs it. */
export function browser() {
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
