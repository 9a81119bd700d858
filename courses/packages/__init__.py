"""
A course as a file that another community can bring in (docs/course-package.md): its form, and reading one from a stranger.

Nothing here writes to the database; :mod:`courses.operations.packages` does.
"""

from courses.packages.form import FORMAT, MAX_BYTES, VERSION, PackageFile, write_package
from courses.packages.index import FoundCourse, UnreadablePackage
from courses.packages.reading import PackageReader

__all__ = [
    "FORMAT",
    "MAX_BYTES",
    "VERSION",
    "FoundCourse",
    "PackageFile",
    "PackageReader",
    "UnreadablePackage",
    "write_package",
]
