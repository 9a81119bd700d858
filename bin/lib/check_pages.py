"""
Look at every page of the running demo as every role that opens it: the Python half of ``bin/check-pages``.

Judged: axe, the W3C's checker, weight and shifts of the first view, nothing that runs off, statements to the database,
no complaint of the browser. Told: processor time of the request. Two browsers work side by side.
"""

import argparse
import json
import multiprocessing
import os
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack

import django

from benchmarks.measure import VAR, running_demo, statements

BROWSERS, SHOWN = 2, 6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "words", nargs="*", help="only pages whose name (role and address) has one of these in it"
    )
    options = parser.parse_args()
    started = time.monotonic()
    # A demo of our own must end with us.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    with running_demo() as demo:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.production")
        os.environ["DEMO_DOOR"] = "true"  # as the web process has it: the tour is one of the pages
        django.setup()
        sys.exit(check(demo.base_url, options.words, started))


def check(base_url: str, words: list[str], started: float) -> int:
    from bin.lib.page_check.eyes import look_at, looks, open_eyes, read_axe
    from bin.lib.page_check.visits import GUEST, LOGINS, forgotten, visits
    from bin.lib.page_check.w3c import errors

    everything = visits()
    wanted = [v for v in everything if not words or any(word in v.name for word in words)]
    cookies: dict[str, dict[str, str]] = {GUEST: {}} | {
        who: session_of(login) for who, login in LOGINS.items()
    }
    faults: dict[str, list[str]] = {}
    vendor = VAR / "vendor-dev"
    setting = (base_url, read_axe(vendor), looks(base_url))
    context = multiprocessing.get_context("spawn")
    pages: dict[str, str] = {}
    with (
        ProcessPoolExecutor(BROWSERS, mp_context=context, initializer=open_eyes, initargs=setting) as eyes,
        ExitStack() as leaving,
    ):
        # Told to stop: what is not yet looked at is left.
        leaving.callback(eyes.shutdown, wait=False, cancel_futures=True)
        tasks = [eyes.submit(look_at, v.name, v.path, v.status, v.in_cms, cookies[v.who]) for v in wanted]
        # The statements are counted in this process while the browsers look.
        counted = {v.name: count(v.path, cookies[v.who]) for v in wanted if not v.in_cms}
        for visit, task in zip(wanted, tasks, strict=True):
            seen = task.result()
            made, cpu = counted.get(visit.name, (0, 0.0))
            found = list(dict.fromkeys(seen.faults))
            if visit.statements is not None and made > visit.statements:
                found.append(f"{made} statements, at most {visit.statements}")
            faults[visit.name] = found
            if not visit.in_cms:
                pages[visit.name] = seen.html
            mark = "ok    " if not found else "FAILED"
            print(
                f"{mark} {seen.bytes / 1000:6.1f} kB  shift {seen.shift:.3f}  {made:3} statements  {cpu:5.0f} ms  {visit.name}",
                *found[:SHOWN],
                sep="\n         ",
                flush=True,
            )
    for name, found in errors(vendor / "vnu-jar" / "vnu.jar", pages, VAR / "pages").items():
        faults[name] += found
        print(f"FAILED {name}", *found[:SHOWN], sep="\n         ", flush=True)
    bad = {name: found for name, found in faults.items() if found}
    for route in forgotten(everything):
        print(f"told   nobody looks at {route}: see bin/lib/page_check/visits.py", flush=True)
    (VAR / "log" / "check-pages.json").write_text(
        json.dumps(bad, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    seconds = time.monotonic() - started
    print(
        f"\n{len(wanted)} pages in {seconds:.0f} s; {len(bad)} with faults (all of them: var/log/check-pages.json)",
        file=sys.stderr,
    )
    return int(bool(bad))


def session_of(login: str) -> dict[str, str]:
    """Return the cookie of somebody who is signed in."""
    from django.test import Client

    from accounts.api import User

    client = Client()
    client.force_login(User.objects.get(username=login))
    return {name: morsel.value for name, morsel in client.cookies.items()}


def count(path: str, cookies: dict[str, str]) -> tuple[int, float]:
    """Return the statements of one request and the processor time of a warm one, in ms."""
    from django.test import Client

    made = statements(path, cookies)
    client = Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR="127.0.0.1")
    for name, value in cookies.items():
        client.cookies[name] = value
    best = float("inf")
    for _ in range(3):
        before = time.process_time()
        client.get(path)
        best = min(best, time.process_time() - before)
    return made, best * 1000


if __name__ == "__main__":
    main()
