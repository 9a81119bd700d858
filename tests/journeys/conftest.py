"""
The whole product as ``bin/demo`` runs it, and a real Chromium in front of it.

One community a test process: web and worker of their own, on a copy of the database and with an index of their own.
"""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import ON_SERVICES

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 600
expect.set_options(timeout=20_000)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all journeys in one process: a second community would cost as much as the rest of the suite."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("journey"))


@dataclass(frozen=True)
class Community:
    """A running demo: what ``var/demo.json`` says, and the environment in which management commands reach it."""

    demo: dict[str, Any]
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def base_url(self) -> str:
        return str(self.demo["base_url"])

    def manage(self, *arguments: str) -> str:
        """Run a management command against the community and return what it printed."""
        command = [sys.executable, str(ROOT / "site" / "manage.py"), *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True
        ).stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment_for(var_dir: Path, port: int, name: str) -> dict[str, str]:
    """Return the environment of a community of its own: var folder, database, queue and index."""
    wanted = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    for key in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if ON_SERVICES and key in wanted:
            wanted[key] = wanted[key].rsplit("/", 1)[0] + "/" + name
    return {
        **wanted,
        "DJANGO_SETTINGS_MODULE": "skillspower.settings.production",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}",
        "SKILLSPOWER_VAR": str(var_dir),
        "SEARCH_INDEX_PREFIX": name,
        "TASK_QUEUE": name,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": "journey:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "BLIND_INDEX_KEY": "am91cm5leS1ibGluZC1pbmRleC1rZXk=",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DEMO_MODE": "true",
        "JOB_HEARTBEAT_SECONDS": "1",
        # One clip through the worker shows as much as thirteen.
        "DEMO_LADDER": "false",
    }


@pytest.fixture(scope="session")
def community(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Community]:
    port, name = free_port(), f"journey_{os.getpid()}"
    var_dir = tmp_path_factory.mktemp("community")
    if (ROOT / "var" / "vendor").is_dir():
        (var_dir / "vendor").symlink_to(ROOT / "var" / "vendor")
    environment = environment_for(var_dir, port, name)
    said = (var_dir / "demo.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "bin" / "lib" / "demo.py"), "--port", str(port)],
        env=environment, stdout=said, stderr=said, start_new_session=True,
    )  # fmt: skip
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process, var_dir)
        demo = json.loads((var_dir / "demo.json").read_text(encoding="utf-8"))
        yield Community(demo=demo, environment=environment, process=process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        said.close()
        if ON_SERVICES:
            from core import template_database

            with template_database.owner_of_server() as cursor:
                template_database.drop_postgres(name, cursor)


def wait_until_ready(base_url: str, process: subprocess.Popen[bytes], var_dir: Path) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{base_url}/health/ready", timeout=5):
                if (var_dir / "demo.json").exists():
                    return
        except OSError:
            time.sleep(0.3)
    logs = [var_dir / "demo.log", *sorted((var_dir / "log").glob("*.log"))]
    tails = [f"== {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs]
    raise AssertionError("the demo did not become ready\n" + "\n".join(tails))


@pytest.fixture
def phone(chromium: Browser, community: Community) -> Iterator[Page]:
    """A page of 390 × 844, as on a common phone."""
    context = new_context(chromium, community, width=390, height=844, touch=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def desktop(chromium: Browser, community: Community) -> Iterator[Page]:
    """A page of 1280 × 800."""
    context = new_context(chromium, community, width=1280, height=800, touch=False)
    yield context.new_page()
    context.close()


def new_context(
    browser: Browser, community: Community, *, width: int, height: int, touch: bool
) -> BrowserContext:
    context = browser.new_context(
        base_url=community.base_url,
        viewport={"width": width, "height": height},
        has_touch=touch,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(20_000)
    return context


def sign_in(page: Page, who: dict[str, str]) -> None:
    """Sign in by name and password, on the page that everybody sees."""
    page.goto("/accounts/login/")
    page.fill("input[name=login]", who["login"])
    page.fill("input[name=password]", who["password"])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"^(?!.*/accounts/login)"))
