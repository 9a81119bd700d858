"""
From entries to what a learner has in a day, month, quarter and year.

``roll_up`` takes marks and recomputes; it never adds to what stands there. What hangs on it above (figures of unions)
is told what was touched and does its part in the same transaction.
"""

from records.rollups.operations import Touched, forget_rollups, mark_everything, roll_up

__all__ = ["Touched", "forget_rollups", "mark_everything", "roll_up"]
