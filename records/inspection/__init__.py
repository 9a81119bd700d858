"""
The whole evidence of one learner's day: read for an inspector, shown with a reason that is written down, and packed into
an archive that can be checked with ``sha256sum`` alone (docs/study-hours.md).
"""

from records.inspection.archive import archive_of, sha256_of
from records.inspection.dossier import Dossier, read_dossier

__all__ = ["Dossier", "archive_of", "read_dossier", "sha256_of"]
