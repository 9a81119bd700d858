"""
Prepare and run Skillspower on this machine: the Python half of ``bin/demo``. Standard library only.

It starts processes (web, worker), watches them and ends them; it imports nothing of the product, so that a second
start does not wait for Django three times.
"""

import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ["SKILLSPOWER_VAR"])
LOG = VAR / "log"
MANAGE = [sys.executable, str(ROOT / "site" / "manage.py")]
STARTED_AT = time.monotonic() - float(os.environ.get("DEMO_SECONDS", "0"))
READY_WITHIN_S = 180
ENDS_WITHIN_S = 10


class Stop(Exception):
    """Ends the command with one sentence."""


def main() -> None:
    def stop(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    options = parse()
    # SIGINT too: a shell starts what runs in its background with Ctrl-C ignored.
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        VAR.mkdir(parents=True, exist_ok=True)
        LOG.mkdir(exist_ok=True)
        lock = only_one()
        check_port(options.port)
        prepare(reset=options.reset, base_url=options.base_url)
        serve(options.port, options.base_url)
        lock.close()
    except Stop as sentence:
        print(sentence, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/demo", description="Start Skillspower with its demo community."
    )
    parser.add_argument("--port", type=int, default=8000, help="the port on 127.0.0.1 (8000)")
    parser.add_argument("--reset", action="store_true", help="throw away the data and start over")
    options = parser.parse_args()
    options.base_url = f"http://127.0.0.1:{options.port}"
    return options


def say(text: str) -> None:
    print(f"{time.monotonic() - STARTED_AT:3.0f}s  {text}", file=sys.stderr, flush=True)


def only_one() -> IO[str]:
    lock = (VAR / "demo.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        raise Stop(f"Skillspower already runs from this folder (process {lock.read().strip()}).") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Stop(f"Port {port} is in use: choose another with bin/demo --port N.") from None


# --- Preparing ----------------------------------------------------------------------------------------------------
def prepare(*, reset: bool, base_url: str) -> None:
    """Database, demo community, static files and catalogues: each only when something changed since the last start."""
    if reset:
        say("throwing away the data")
        remove_data()
    done = read_json(VAR / "prepared.json")
    wanted = {"database": database_state(), "static": static_state()}
    # Two processes at a time, for two cores: one for the database, the other for what lies beside it. Lessons are rendered
    # while they are loaded, with the names of the static files.
    collecting = compiling = None
    if done.get("static") != wanted["static"]:
        say("collecting static files")
        collecting = manage("collectstatic", "--noinput", "--clear", "--verbosity=0")
    is_behind = done.get("database") != wanted["database"] or not (VAR / "demo.json").exists()
    if is_behind:
        say("preparing the database")
        run("prepare_database", *(["--reset"] if reset else []))
    if collecting:
        end_of("collectstatic", collecting)
        compiling = manage("catalogue", "compile")
    if is_behind:
        say("loading the demo community")
        run("load_demo")
    if compiling:
        end_of("catalogue", compiling)
    write_json(VAR / "prepared.json", wanted)
    demo = read_json(VAR / "demo.json")
    if demo.get("base_url") != base_url:
        write_json(VAR / "demo.json", {**demo, "base_url": base_url})


def remove_data() -> None:
    for name in ("skillspower.sqlite3", "broker.sqlite3"):
        for ending in ("", "-wal", "-shm", "-journal"):
            (VAR / (name + ending)).unlink(missing_ok=True)
    for name in ("demo.json", "prepared.json", "celerybeat-schedule"):
        (VAR / name).unlink(missing_ok=True)
    for folder in ("uploads", "index"):
        subprocess.run(["rm", "-rf", str(VAR / folder)], check=True)


def database_state() -> str:
    """Changes with the database used and with any migration or library."""
    names = ("DATABASE_URL", "ELASTICSEARCH_URL", "SEARCH_INDEX_PREFIX")
    digest = hashlib.sha256("\n".join(os.environ.get(name, "") for name in names).encode())
    for path in (
        ROOT / "requirements.txt",
        *sorted(ROOT.glob("*/migrations/*.py")),
        *sorted(ROOT.glob("*/db.py")),
    ):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


def static_state() -> str:
    """Changes with any static file, catalogue or library."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    digest.update((ROOT / "package-lock.json").read_bytes())
    folders = [ROOT / "site" / "locale", VAR / "vendor"]
    folders += [path for path in ROOT.glob("*/static") if path.parent != VAR]
    for path in sorted(
        p for folder in folders for p in folder.rglob("*") if p.is_file() and p.suffix != ".mo"
    ):
        about = path.stat()
        digest.update(f"{path} {about.st_size} {about.st_mtime_ns}".encode())
    return digest.hexdigest()


def manage(*arguments: str) -> "subprocess.Popen[bytes]":
    log = (LOG / "prepare.log").open("ab")
    command = [*MANAGE, *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent
    )


def run(*arguments: str) -> None:
    end_of(arguments[0], manage(*arguments))


def end_of(name: str, process: "subprocess.Popen[bytes]") -> None:
    if process.wait():
        tail = (LOG / "prepare.log").read_text(errors="replace").strip().splitlines()[-3:]
        raise Stop("\n".join([*tail, f"{name} failed: see {LOG / 'prepare.log'}."]))


# --- Running ------------------------------------------------------------------------------------------------------
class Child:
    """A process of ours in a session of its own, so that Ctrl-C reaches it only through us, and once."""

    def __init__(self, name: str, command: list[str], **environment: str) -> None:
        self.name = name
        self.command = command
        self.environment = {**os.environ, **environment}
        self.starts = 0
        self.process: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        self.starts += 1
        with (LOG / f"{self.name}.log").open("wb" if self.starts == 1 else "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def restart(self) -> None:
        # What a killed process left behind in its session must not work beside the new one.
        self.signal_group(signal.SIGKILL)
        self.start()


def die_with_parent() -> None:
    """Linux: end this process when its parent is killed, so that nothing goes on alone."""
    if sys.platform == "linux":
        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGTERM)


def serve(port: int, base_url: str) -> None:
    say("starting web and worker")
    binaries = Path(sys.executable).parent
    web = [
        *(str(binaries / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "4", "--workers-kill-timeout", "5"),
        # Coming up takes a worker seconds; asked again sooner, it would be started twice.
        *(
            "--respawn-failed-workers",
            "--respawn-interval",
            "20",
            "--no-access-log",
            "skillspower.wsgi:application",
        ),
    ]
    worker = [
        *(str(binaries / "celery"), "-A", "skillspower", "worker", "--pool", "threads", "--concurrency", "4"),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
    ]
    children: list[Child] = []
    try:
        # To this process alone, bound to loopback: sign-in at one click (skillspower/demo/door.py).
        children.append(Child("web", web, DEMO_DOOR="true"))
        children.append(Child("worker", worker, WORKER_KEEPS_TIME="1"))
        wait_until_ready(base_url, children)
        say("ready")
        print(sign_ins(base_url), flush=True)
        watch(children)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        say("stopping")
    finally:
        end(children)


def wait_until_ready(base_url: str, children: list[Child]) -> None:
    until = time.monotonic() + READY_WITHIN_S
    answer = ""
    while time.monotonic() < until:
        for child in children:
            if child.process.poll() is not None:
                raise Stop(f"The {child.name} process ended while starting: see {LOG / child.name}.log.")
        try:
            with urllib.request.urlopen(f"{base_url}/health/ready", timeout=5):
                return
        except urllib.error.HTTPError as error:
            answer = error.read(2000).decode(errors="replace")
        except OSError:
            pass
        time.sleep(0.1)
    raise Stop(f"Skillspower was not ready within {READY_WITHIN_S} s. {answer} Logs: {LOG}.")


def watch(children: list[Child]) -> None:
    """Until Ctrl-C: start again what ended by itself, more slowly each time."""
    while True:
        time.sleep(0.5)
        for child in children:
            code = child.process.poll()
            if code is not None:
                say(f"the {child.name} process ended ({code}); starting it again")
                time.sleep(min(child.starts, 10))
                child.restart()


def end(children: list[Child]) -> None:
    for child in children:
        child.process.send_signal(signal.SIGTERM)
    until = time.monotonic() + ENDS_WITHIN_S
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=max(0.1, until - time.monotonic()))
        child.signal_group(signal.SIGKILL)


def sign_ins(base_url: str) -> str:
    """Return the address and the table of demo sign-ins."""
    demo = read_json(VAR / "demo.json")
    rows = [("who", "login", "password")]
    for person in demo.get("sign_ins", []):
        rows.append((person["who"], person["login"], person["password"]))
    if len(rows) == 1:
        for who in ("instructor", "reviewer", "officer"):
            if who in demo:
                rows.append((who, demo[who]["login"], demo[who]["password"]))
        rows += [("worker", w["login"], w["password"]) for w in demo.get("workers", [])[:1]]
    widths = [max(width_of(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join(cell + " " * (w - width_of(cell)) for cell, w in zip(row, widths, strict=False)).rstrip()
        for row in rows
    ]
    return "\n".join(
        [
            "",
            f"  技能强国 Skillspower: {base_url}",
            "",
            *(f"  {line}" for line in lines),
            "",
            "  Ctrl-C stops it.",
        ]
    )


def width_of(text: str) -> int:
    """Columns on a terminal: a Han character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def read_json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError):
        return {}


def write_json(path: Path, content: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.rename(path)


if __name__ == "__main__":
    main()
