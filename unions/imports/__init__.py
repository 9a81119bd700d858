"""Tables that unions bring in: their members, and the tree itself."""

from core.importer.base import register
from unions.imports.members import MemberImporter
from unions.imports.tree import TreeImporter

MEMBERS = MemberImporter.kind
TREE = TreeImporter.kind


def register_all() -> None:
    register(MemberImporter())
    register(TreeImporter())
