"""
Tables of the study record. Nothing here points upwards: a learner is the uuid of a ``Person``, a lesson, part, edition
and session are uuids of a snapshot, a union is a uuid. So the record can be audited, partitioned and kept alone.
"""

from records.models.corrections import Correction, EvidenceFile, Objection, ObjectionSpan, ObjectionStep
from records.models.guests import GuestSession, GuestSpan
from records.models.ledger import LedgerEntry, RefusedSpan
from records.models.policy import StudyPolicy
from records.models.recounts import Recount, RecountedLearner, RecountLine
from records.models.rollups import Completion, DailyStudy, LearnerPeriod, Mark
from records.models.study import PartProgress, StudyLicence, StudySession, StudyState
from records.models.transcripts import Transcript

__all__ = [
    "Completion",
    "Correction",
    "DailyStudy",
    "EvidenceFile",
    "GuestSession",
    "GuestSpan",
    "LearnerPeriod",
    "LedgerEntry",
    "Mark",
    "Objection",
    "ObjectionSpan",
    "ObjectionStep",
    "PartProgress",
    "Recount",
    "RecountLine",
    "RecountedLearner",
    "RefusedSpan",
    "StudyLicence",
    "StudyPolicy",
    "StudySession",
    "StudyState",
    "Transcript",
]
