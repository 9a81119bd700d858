"""
What a session knows of the lesson it studies.

Records lies below courses and never reads upwards: whoever opens a session hands in this snapshot.
"""

from dataclasses import dataclass, field
from uuid import UUID

from records.ledger.asking import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSnapshot:
    """One part of a lesson with a timeline of ``nominal_ms``. ``kind``: video, audio, text, document or question."""

    uuid: UUID
    kind: str
    nominal_ms: int
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSnapshot:
    """
    A lesson as it is when a session opens.

    ``course`` is a stable key (caps and completions), ``occupation`` a code, ``level`` a rank 1–8. ``owner_keys`` name
    the owners of policies that may make the union's stricter, e.g. ``programme:<uuid>``. ``questions`` are those of the
    lesson that a check of presence may ask.
    """

    lesson: UUID
    activity: str
    title: str
    parts: tuple[PartSnapshot, ...]
    edition: UUID | None = None
    course: str = ""
    course_title: str = ""
    occupation: str = ""
    occupation_name: str = ""
    level: int | None = None
    owner_keys: tuple[str, ...] = field(default=())
    questions: tuple[Question, ...] = field(default=())

    @property
    def has_sound(self) -> bool:
        """Whether some of it can be followed with the screen off."""
        return any(part.kind == "audio" for part in self.parts)
