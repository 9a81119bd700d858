"""A real Chromium before the pattern pages, and an invented study service where a test needs one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page


class Visitor:
    """One person's browser window; ``complaints`` are errors of scripts and what the browser refused to load."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self.base = context, base
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def look(self, **choices: str) -> None:
        """Choose theme, reading or size as the footer's links do."""
        self.context.add_cookies(
            [{"name": f"look_{key}", "value": value, "url": self.base} for key, value in choices.items()]
        )


@pytest.fixture
def visit(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Visitor]]:
    contexts: list[BrowserContext] = []

    def make(width: int = 390, height: int = 844, **options: Any) -> Visitor:
        # Tests of the look answer requests themselves; what the service worker does has its own (tests/pwa).
        options.setdefault("service_workers", "block")
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
        contexts.append(context)
        return Visitor(context, live_server.url)

    yield make
    for context in contexts:
        context.close()
