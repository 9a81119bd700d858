from typing import Any

from core.answering import AnsweringCommand
from core.clock import day_of
from core.db import now_ms
from records.corrections import outcome_figures, overdue_count
from records.corrections.queries import OutcomeFigure


def figure_line(figure: OutcomeFigure) -> str:
    """Return a figure for people: reason, policy version, counts, share."""
    share = figure.upheld_permille
    words = "–" if share is None else f"{share // 10}.{share % 10} %"
    return f"{figure.reason:<18} {figure.policy:<20} {figure.filed:>6} {figure.open:>6} {figure.upheld:>6} {words:>8}"


class Command(AnsweringCommand):
    help = "Say what became of learners' objections, by reason and policy version."

    def handle(self, *args: Any, **options: Any) -> None:
        figures = outcome_figures()
        overdue = overdue_count(day_of(now_ms()))
        body = {
            "overdue": overdue,
            "by_reason": [
                {
                    "reason": f.reason,
                    "policy": f.policy,
                    "filed": f.filed,
                    "open": f.open,
                    "upheld": f.upheld,
                    "not_upheld": f.not_upheld,
                    "upheld_permille": f.upheld_permille,
                }
                for f in figures
            ],
        }
        head = f"{'reason':<18} {'policy':<20} {'filed':>6} {'open':>6} {'upheld':>6} {'share':>8}"
        text = "\n".join([head, *map(figure_line, figures), f"overdue: {overdue}"])
        self.answer(body, text, as_json=options["json"])
