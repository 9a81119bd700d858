"""``bin/manage setup_cms``: groups, permissions and the review of course editions in the CMS."""

from typing import Any

from core.answering import AnsweringCommand
from courses.operations import rebuild_coverage, setup_cms


class Command(AnsweringCommand):
    help = "Bring the CMS's page tree, groups, permissions and review workflow to what the house rules say."

    def handle(self, *args: Any, **options: Any) -> None:
        index = setup_cms()
        rebuild_coverage()  # what was published before coverage was counted
        self.answer(
            {"catalogue": index.url_path},
            f"课程目录：{index.url_path}；审核流程：专业审核 → 内容审核。",
            as_json=options["json"],
        )
