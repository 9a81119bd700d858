"""``bin/manage setup_cms``: groups, permissions and the review of course editions in the CMS."""

from typing import Any

from django.core.management.base import BaseCommand

from courses.operations import setup_cms


class Command(BaseCommand):
    help = "Bring the CMS's page tree, groups, permissions and review workflow to what the house rules say."

    def handle(self, *args: Any, **options: Any) -> None:
        index = setup_cms()
        self.stdout.write(f"课程目录：{index.url_path}；审核流程：专业审核 → 内容审核。")
