"""Lessons as the study record sees them."""

from uuid import UUID, uuid4

from records.api import LessonSnapshot, PartSnapshot

MINUTE = 60_000


def make_lesson(*nominal_ms: int, kinds: tuple[str, ...] = (), **fields) -> LessonSnapshot:
    """Return a lesson whose parts have these lengths; one video of ten minutes by default."""
    lengths = nominal_ms or (10 * MINUTE,)
    kinds = kinds or ("video",) * len(lengths)
    lesson: UUID = fields.pop("lesson", None) or uuid4()
    parts = tuple(
        PartSnapshot(uuid=uuid4(), kind=kind, nominal_ms=ms, title=f"第{n}段")
        for n, (kind, ms) in enumerate(zip(kinds, lengths, strict=True), start=1)
    )
    return LessonSnapshot(
        lesson=lesson,
        activity=f"https://skillspower.example/xapi/lessons/{lesson}",
        title=fields.pop("title", "平敷焊的运条手法"),
        parts=parts,
        **{
            "edition": uuid4(),
            "course": f"course:{uuid4()}",
            "course_title": "焊条电弧焊基础",
            "occupation": "6-18-02-04",
            "occupation_name": "焊工",
            "level": 2,
        }
        | fields,
    )
