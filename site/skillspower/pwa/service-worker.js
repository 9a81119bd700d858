/*
 * Keeps the shell (hashed static files and the offline page), and nothing else. A page always comes from the network; when
 * there is none, a lesson that was taken along is shown from what its page put aside (js/offline/keep.js), and for any other
 * page the offline page says so. The server puts SHELL = {version, offline, files} and js/offline/bag.js before this text, so a
 * release changes these bytes, which is how the browser learns of it.
 *
 * A new worker waits while the old one serves the page that is open, and takes over at the next navigation.
 */
/* global SHELL, Bag, bringBack */

const CACHE = `shell-${SHELL.version}`;
const HASHED = /\.[0-9a-f]{12}\.[a-z0-9]+$/;
const TAKE_OVER = "take over";
const NO_GATEWAY = new Set([502, 504]);

addEventListener("install", (event) => event.waitUntil(keepShell()));

addEventListener("activate", (event) => event.waitUntil(takeOver()));

addEventListener("message", (event) => {
  if (event.data === TAKE_OVER) skipWaiting();
});

// What was studied without a network goes up as soon as there is one, also when no page is open.
addEventListener("sync", (event) => {
  if (event.tag === "bag") event.waitUntil(sendBag());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    registration.waiting?.postMessage(TAKE_OVER);
    const answer = page(event);
    event.respondWith(answer);
    // The offline page wears the look that was just chosen: the answer has brought the cookies of it.
    if (url.pathname.startsWith("/look/")) event.waitUntil(answer.then(keepOfflinePage).catch(() => {}));
  } else if (HASHED.test(url.pathname) || SHELL.files.includes(url.pathname)) {
    event.respondWith(shellFile(request, HASHED.test(url.pathname)));
  } else if (["image", "style", "script"].includes(request.destination)) {
    event.respondWith(fetch(request).catch(async (error) => (await caches.match(request)) ?? Promise.reject(error)));
  }
});

async function keepShell() {
  const cache = await caches.open(CACHE);
  // Past the browser's own cache: a file without a hash in its name may be of yesterday there.
  const requests = SHELL.files.map((file) => new Request(file, HASHED.test(file) ? {} : { cache: "reload" }));
  await Promise.all([cache.addAll(requests), keepOfflinePage()]);
}

async function keepOfflinePage() {
  const answer = await fetch(SHELL.offline, { cache: "no-store" });
  if (answer.ok) await (await caches.open(CACHE)).put(SHELL.offline, answer);
  else throw new Error(`${SHELL.offline}: ${answer.status}`);
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== CACHE);
  await Promise.all([
    ...old.map((name) => caches.delete(name)),
    registration.navigationPreload?.enable(),
    clients.claim(),
  ]);
}

/** A page: from the network, or the offline page. */
async function page(event) {
  try {
    const answer = (await event.preloadResponse) ?? (await fetch(event.request));
    if (!NO_GATEWAY.has(answer.status)) return answer;
  } catch {
    // No network: said by the page below.
  }
  return (await keptLesson(new URL(event.request.url).pathname)) ?? (await caches.match(SHELL.offline)) ?? Response.error();
}

/** The page of a lesson that whoever was signed in last has taken along; nobody sees another's. */
async function keptLesson(path) {
  try {
    const learner = await (await Bag.open()).learner();
    const mine = (await caches.keys()).filter((name) => name.startsWith(`kept:${learner}:`));
    for (const name of mine) {
      const found = await (await caches.open(name)).match(path, { ignoreVary: true });
      if (found) return found;
    }
  } catch {
    // Storage was cleared: the offline page says what there is.
  }
  return undefined;
}

async function sendBag() {
  // The browser tries again later when this fails.
  if ((await bringBack(await Bag.open())) === "offline") throw new Error("no network yet");
}

/** A file with a hash in its name never changes, so it is asked for once; any other one comes from the network first. */
async function shellFile(request, isHashed) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept && isHashed) return kept;
  try {
    const answer = await fetch(request);
    if (answer.status === 200 && answer.type === "basic") await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const found = kept ?? (await caches.match(request));
    if (found) return found;
    throw error;
  }
}
