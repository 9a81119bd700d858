"""What a phone is told about the app, and what it keeps of it."""

import json
import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import resolve
from PIL import Image

from skillspower.pwa import shell
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db

ICONS = Path(__file__).resolve().parents[2] / "site" / "static" / "icons"


def found(address: str) -> Path:
    path = finders.find(address.removeprefix(settings.STATIC_URL))
    assert path, f"{address} is not a static file"
    return Path(path)


def shell_of(client) -> dict:
    first_line = client.get("/sw.js").content.decode().partition("\n")[0]
    return json.loads(first_line.removeprefix("const SHELL = ").removesuffix(";"))


class TestManifest:
    def test_names_the_community_in_chinese_and_starts_at_the_first_page(self, client):
        answer = client.get("/manifest.webmanifest")

        manifest = json.loads(answer.content)
        assert answer.headers["Content-Type"].startswith("application/manifest+json")
        assert (manifest["short_name"], manifest["lang"]) == ("技能强国", "zh-Hans")
        assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")

    def test_has_icons_of_the_sizes_phones_ask_for_and_they_are_what_they_say(self, client):
        icons = json.loads(client.get("/manifest.webmanifest").content)["icons"]

        drawn = {(icon["purpose"], icon["sizes"]) for icon in icons if icon["type"] == "image/png"}
        assert drawn == {(p, f"{n}x{n}") for p in ("any", "maskable") for n in (192, 512)}
        for icon in icons:
            path = found(icon["src"])
            if icon["type"] == "image/png":
                width, height = Image.open(path).size
                assert f"{width}x{height}" == icon["sizes"]

    def test_its_shortcuts_lead_somewhere(self, client):
        for shortcut in json.loads(client.get("/manifest.webmanifest").content)["shortcuts"]:
            assert resolve(urlsplit(shortcut["url"]).path).view_name != "wagtail_serve"

    def test_every_page_names_it(self, client):
        assert 'rel="manifest" href="/manifest.webmanifest"' in client.get("/").content.decode()


class TestIcons:
    DRAWN = sorted(path.name for path in ICONS.glob("*.png"))

    def test_are_all_there(self):
        assert self.DRAWN == [
            "any-192.png", "any-512.png", "apple-180.png", "maskable-192.png", "maskable-512.png",
        ]  # fmt: skip

    @pytest.mark.parametrize("name", DRAWN)
    def test_are_drawn_from_the_seal_as_it_is_today(self, name):
        seal = (ICONS / "seal.svg").read_text(encoding="utf-8")

        assert Image.open(ICONS / name).info["Source"] == sha256(seal.encode()).hexdigest(), "run bin/icons"

    @pytest.mark.parametrize("name", [name for name in DRAWN if name.startswith("maskable")])
    def test_maskable_ones_keep_the_seal_inside_the_circle_every_phone_leaves(self, name):
        icon = Image.open(ICONS / name).convert("RGB")
        ground, middle, safe = icon.getpixel((0, 0)), icon.width / 2, icon.width * 0.4

        outside = [
            (x, y)
            for x in range(icon.width)
            for y in range(icon.height)
            if (x - middle) ** 2 + (y - middle) ** 2 > safe**2 and icon.getpixel((x, y)) != ground
        ]
        assert outside == []


class TestServiceWorker:
    def test_is_asked_for_again_each_time_and_may_serve_the_whole_site(self, client):
        answer = client.get("/sw.js")

        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert "no-store" in answer.headers["Cache-Control"]

    def test_keeps_what_the_offline_page_loads_and_nothing_that_is_not_there(self, client):
        files = shell_of(client)["files"]

        assert [Path(file).suffix for file in files].count(".css") >= 8
        assert any("icons.svg" in file for file in files)
        page = client.get("/offline/").content.decode()
        loaded = re.findall(r'<(?:link rel="stylesheet"|script)[^>]* (?:href|src)="([^"]+)"', page)
        assert set(loaded) <= set(files)
        for file in files:
            found(file)

    def test_has_another_version_with_every_release(self):
        assert shell.worker_script("release one") != shell.worker_script("release two")

    def test_may_be_the_only_worker(self, client):
        policy = client.get("/").headers["Content-Security-Policy"]

        assert "worker-src 'self';" in policy + ";"


class TestOfflinePage:
    def test_is_the_same_for_everybody(self, client, admin_client):
        def without_nonce(page):
            return re.sub(r'nonce="[^"]*"', "", page.content.decode())

        assert without_nonce(client.get("/offline/")) == without_nonce(admin_client.get("/offline/"))

    def test_leads_back_to_the_page_that_was_asked_for(self, client):
        assert 'href=""' in client.get("/offline/").content.decode()


def test_the_footer_says_how_to_put_it_on_a_phone(client):
    assert "/install/" in client.get("/").content.decode()
    assert "添加到主屏幕" in client.get("/install/").content.decode()


class TestTakenAlong:
    def test_offline_page_keeps_every_module_its_script_imports(self, client):
        files = [found(file) for file in shell_of(client)["files"] if file.endswith(".js")]

        for file in files:
            for name in re.findall(r'from "(\.[^"]+)"', file.read_text(encoding="utf-8")):
                assert (file.parent / name).resolve() in {kept.resolve() for kept in files}, (file.name, name)

    def test_worker_has_what_sends_the_bag_before_its_own_text_and_imports_nothing(self, client):
        script = client.get("/sw.js").content.decode()

        assert script.index("class Bag") < script.index('addEventListener("install"')
        assert not re.search(r"^(export|import) ", script, re.MULTILINE)

    def test_who_is_signed_in_is_said_by_uuid_alone(self, client):
        assert client.get("/offline/who/").json()["learner"] is None
        user = make_user()
        client.force_login(user)

        answer = client.get("/offline/who/")

        assert answer.json()["learner"] == str(user.person.uuid)
        assert answer.json()["csrf"]["token"]
        assert "no-store" in answer.headers["Cache-Control"]

    def test_page_of_what_was_taken_along_is_the_same_for_everybody_who_asks(self, client):
        assert "存在这台设备上，没网也能学" in client.get("/me/offline/").content.decode()
