import gc
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from skillspower.demo import load


class Command(BaseCommand):
    help = "Load the demo community into an empty database, and write var/demo.json with who is in it."

    def handle(self, *args: Any, **options: Any) -> None:
        target = settings.VAR_DIR / "demo.json"
        usual = gc.get_threshold()
        # Half a million objects stay until the end; at the usual threshold, visiting them again and again is a quarter of it.
        gc.set_threshold(100_000, 20, 50)
        try:
            if not load.is_loaded():
                target.unlink(missing_ok=True)  # it tells of another database, and that all is finished there
                load.load(now=timezone.now(), say=self.stdout.write)
            if not target.exists():
                load.finish(now=timezone.now(), say=self.stdout.write)
        finally:
            gc.set_threshold(*usual)
        unfinished = target.with_suffix(".unfinished")
        unfinished.touch(mode=0o600)  # it holds passwords
        content = {"base_url": settings.SITE_URL, **load.describe()}
        unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        unfinished.replace(target)
