"""
A Word document (DOCX) as the blocks of a lesson, with an account of what came over and what did not.

``package`` opens the file without trusting it, ``reading`` turns its text into blocks. Nothing is ever unpacked to disk,
no entity is resolved, no address in it is called.
"""

from courses.word.package import UnreadableDocument
from courses.word.reading import FoundPicture, Imported, read_document

__all__ = ["FoundPicture", "Imported", "UnreadableDocument", "read_document"]
