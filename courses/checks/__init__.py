"""
The standards check: what a course lacks before it is sent to review, by small rules over a plain snapshot of its draft.

A new rule is a class in one of the ``*_rules`` modules and a place in ``RULES``. ``courses.queries.checks`` makes the
snapshot, the editor's panel, the submission and ``bin/manage check_course`` all ask :func:`check`.
"""

from collections.abc import Container
from dataclasses import dataclass

from courses.checks.course_rules import Introduction, Length, LicenceAndLabel, OccupationAndLevel, Teacher
from courses.checks.file_rules import AlternativeText, Captions, NothingBroken
from courses.checks.lesson_rules import Content, MapsToStandard, ModuleCheckpoint, SafetyNotice
from courses.checks.rule import Failure, Rule
from courses.checks.snapshot import CourseSnapshot

__all__ = ["RULES", "CourseSnapshot", "Failure", "Report", "Rule", "check"]

RULES: tuple[Rule, ...] = (
    OccupationAndLevel(),
    Introduction(),
    Teacher(),
    LicenceAndLabel(),
    Content(),
    NothingBroken(),
    Captions(),
    AlternativeText(),
    ModuleCheckpoint(),
    MapsToStandard(),
    SafetyNotice(),
    Length(),
)


@dataclass(frozen=True)
class Report:
    """``passed`` and ``off`` are keys of rules; ``notes`` say what stands in nobody's way."""

    failures: tuple[Failure, ...]
    notes: tuple[str, ...]
    passed: tuple[str, ...]
    off: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return not self.failures


def check(course: CourseSnapshot, *, off: Container[str] = ()) -> Report:
    """Return what every rule that is not switched off says of a course, in the order of ``RULES``."""
    failures: list[Failure] = []
    notes, passed, switched_off = [], [], []
    for rule in RULES:
        if rule.key in off and not rule.is_needed:
            switched_off.append(rule.key)
            continue
        own = list(rule.failures(course))
        failures += own
        if not own:
            passed.append(rule.key)
        if note := rule.note(course):
            notes.append(note)
    return Report(tuple(failures), tuple(notes), tuple(passed), tuple(switched_off))
