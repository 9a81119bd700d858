"""
Look at a page in a real Chromium: what it weighs, what moves, what runs off, what axe finds, what the browser complains of.

Theme and text size are attributes of ``<html>``, so each look after the first is put on the open page instead of loading
it again; which attributes those are, the server says (:func:`looks`).
"""

import gzip
import re
import shutil
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE, DESK, NARROW = (390, 844), (1350, 900), (360, 740)
KB = 1000
ELDER_SIZE = 2
MOST_BYTES, MOST_SHIFT = 100 * KB, 0.02
SETTLED_MS = 150
Look = dict[str, str]

WATCH_SHIFTS = """() => {
  window.__shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""
WEAR = """async ([look, text]) => {
  const html = document.documentElement;
  for (const name of html.getAttributeNames()) if (name.startsWith("data-")) html.removeAttribute(name);
  for (const [name, value] of Object.entries(look)) html.setAttribute(name, value);
  html.style.fontSize = text;
  // What the browser itself draws (lists to choose from) follows a frame later.
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}"""
RUNS_OFF = """() => {
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over <= 0) return null;
  const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
  return `${over} px: ${wide.slice(-2).map((e) => e.outerHTML.slice(0, 100)).join(" … ")}`;
}"""
CALM = """() => {
  // A colour on its way from one look to the next is none that anybody sees.
  const calm = new CSSStyleSheet();
  calm.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, calm];
}"""
STRUCTURE_CHANGES = {"light 1", "light 2"}
"""Every rule of axe is run here: from the second size on it is the 长辈版, which shows other parts. Of the rest, colours."""
RULES_OF_STYLE = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
WAGTAILS_OWN = {
    "landmark-unique": "form.w-relative",  # the search of its rail, and that of its list
    "label": "[data-contentpath]",  # the lines of a list in a StreamField
    "aria-input-field-name": ".Draftail-Editor",
    "page-has-heading-one": "html",  # its page for a snippet
}
"""What axe finds in parts of the CMS that are Wagtail's own (release 8.0): rule and where. Anywhere else it is a fault."""
AXE_IN_CMS = """async (known) => {
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  const ours = ({ id }) => (node) => !document.querySelector(node.target[0])?.closest(known[id] ?? ":not(*)");
  return violations
    .map((v) => [v.id, v.nodes.filter(ours(v))])
    .filter(([, nodes]) => nodes.length)
    .map(([id, nodes]) => `${id}: ${nodes.slice(0, 2).map((n) => n.html.slice(0, 120)).join(" … ")}`);
}"""
AXE = """async ([only, enhanced]) => {
  const some = only.length ? { runOnly: { type: "rule", values: only } } : {};
  const rules = { "color-contrast-enhanced": { enabled: enhanced } };
  const { violations } = await axe.run({ resultTypes: ["violations"], rules, ...some });
  return violations.map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 120)).join(" … ")}`);
}"""


@dataclass
class Seen:
    """What was found at one page. ``faults`` is empty where all is well."""

    name: str
    bytes: int = 0
    shift: float = 0
    html: str = ""
    faults: list[str] = field(default_factory=list)


def looks(base_url: str) -> dict[str, Look]:
    """Return the attributes of ``<html>`` for each theme and text size, as the server writes them for their cookies."""
    from core.look import CHOICES, cookie_name

    found = {}
    for theme in ("light", "dark"):
        for size in CHOICES["size"]:
            cookies = f"{cookie_name('theme')}={theme}; {cookie_name('size')}={size}"
            request = urllib.request.Request(f"{base_url}/offline/", headers={"Cookie": cookies})
            with urllib.request.urlopen(request, timeout=30) as answer:
                opening = re.search(r"<html[^>]*>", answer.read().decode())
            assert opening is not None
            found[f"{theme} {size}"] = dict(re.findall(r'(data-[\w-]+)="([^"]*)"', opening[0]))
    return found


_browser: Browser
_axe: str
_looks: dict[str, Look]
_base_url: str


def open_eyes(base_url: str, axe: str, all_looks: dict[str, Look]) -> None:
    """Start this process's Chromium; it ends with the process."""
    global _browser, _axe, _looks, _base_url
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("The pages are looked at with Chromium: install it.")
    _browser = (
        sync_playwright().start().chromium.launch(executable_path=chromium, args=ARGUMENTS, timeout=120_000)
    )
    _axe, _looks, _base_url = axe, all_looks, base_url


def look_at(name: str, path: str, status: int, in_cms: bool, cookies: dict[str, str]) -> Seen:
    """Look at one page with somebody's cookies."""
    seen = Seen(name)
    context = _context(cookies)
    page = context.new_page()
    try:
        if in_cms:
            _axe_in_cms(page, path, seen)
            return seen
        _load(page, path, status, seen)
        _fits(page, seen)
        _run_axe(page, seen)
    finally:
        context.close()
    return seen


def _run_axe(page: Page, seen: Seen) -> None:
    page.evaluate(_axe)
    page.evaluate(CALM)
    where: dict[str, list[str]] = {}
    for width, height in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": height})
        for look, attributes in _looks.items():
            page.evaluate(WEAR, [attributes, ""])
            # 长辈版 asks for 7:1, which axe has as a rule of its own.
            is_elder = int(look.split()[1]) >= ELDER_SIZE
            only = (
                []
                if look in STRUCTURE_CHANGES
                else [*RULES_OF_STYLE, *(["color-contrast-enhanced"] * is_elder)]
            )
            for found in page.evaluate(AXE, [only, is_elder]):
                where.setdefault(found, []).append(f"{width} px {look}")
    seen.faults += [f"axe {found} [{', '.join(looks)}]" for found, looks in where.items()]


def _axe_in_cms(page: Page, path: str, seen: Seen) -> None:
    """Run axe once over a page of the CMS; what Wagtail's own parts do is known and left out."""
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    answer = page.goto(path, wait_until="networkidle")
    if answer is None or answer.status != 200:
        seen.faults.append(f"answered {answer.status if answer else 'nothing'}")
    page.evaluate(_axe)
    seen.faults += [f"axe {violation}" for violation in page.evaluate(AXE_IN_CMS, WAGTAILS_OWN)]


def _context(cookies: dict[str, str]) -> BrowserContext:
    context = _browser.new_context(
        base_url=_base_url, viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN",
        timezone_id="Asia/Shanghai", reduced_motion="reduce", service_workers="block",
    )  # fmt: skip
    context.set_default_timeout(60_000)
    context.add_cookies([{"name": k, "value": v, "url": _base_url} for k, v in cookies.items()])
    return context


def _load(page: Page, path: str, status: int, seen: Seen) -> None:
    """Load the page on a phone and at a desk: bytes of the first view, shifts, complaints, the HTML itself."""
    answers: list[Response] = []
    complaints: list[str] = []
    page.on("response", lambda answer: answers.append(answer))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.add_init_script(f"({WATCH_SHIFTS})()")
    for width, height in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(path, wait_until="load")
        page.wait_for_timeout(SETTLED_MS)
        assert answer is not None
        if answer.status != status:
            seen.faults.append(f"answered {answer.status}")
        shift = page.evaluate("window.__shift")
        seen.shift = max(seen.shift, shift)
        if shift > MOST_SHIFT:
            seen.faults.append(f"layout shift {shift:.3f} at {width} px")
        if not seen.html:
            seen.html = answer.text()
            seen.bytes = sum(map(_weight, answers))
    if seen.bytes > MOST_BYTES:
        heaviest = sorted(answers, key=_weight, reverse=True)[:4]
        listed = ", ".join(f"{a.url.rsplit('/', 1)[-1] or a.url} {_weight(a) / KB:.1f}" for a in heaviest)
        seen.faults.append(f"{seen.bytes / KB:.1f} kB without pictures: {listed}")
    expected = f"status of {status}"
    seen.faults += [
        f"the browser complains: {c[:200]}" for c in dict.fromkeys(complaints) if expected not in c
    ]


def _weight(answer: Response) -> int:
    """Return what an answer takes on the wire, compressed as the proxy in front would; pictures, sound and films weigh nothing."""
    if answer.request.resource_type in {"image", "media"} or answer.status in {204, 301, 302, 304}:
        return 0
    try:
        body = answer.body()
    except Exception:  # noqa: BLE001 - an answer without a body, or one the browser has let go
        return 0
    if answer.headers.get("content-encoding") in {"br", "gzip", "zstd"}:
        size = answer.request.sizes()["responseBodySize"]
        return int(size) if size > 0 else len(gzip.compress(body))
    return len(gzip.compress(body))


def _fits(page: Page, seen: Seen) -> None:
    """See that nothing runs off the narrowest phone, in each text size and with the browser's text at 150 %."""
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    light = {name: look for name, look in _looks.items() if name.startswith("light")}
    wanted = [(name, look, "") for name, look in light.items()]
    wanted.append(("light 1 at 150 %", light["light 1"], "150%"))
    for name, look, text in wanted:
        page.evaluate(WEAR, [look, text])
        if over := page.evaluate(RUNS_OFF):
            seen.faults.append(f"runs off at {NARROW[0]} px, {name}: {over}")


def read_axe(vendor: Path) -> str:
    """
    Return axe's script.

    :raises FileNotFoundError: if ``bin/setup --dev`` has not brought it.
    """
    return (vendor / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
