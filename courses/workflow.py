"""The function that Wagtail's setting ``WAGTAIL_FINISH_WORKFLOW_ACTION`` names."""

from typing import Any


def finish(workflow_state: Any, user: Any = None) -> None:
    """Do what follows the last approval."""
    # Wagtail imports this module while its own models are still being made, before any of ours can exist.
    from courses.operations import finish_review

    finish_review(workflow_state, user=user)
