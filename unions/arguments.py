"""How commands take a union: by code or uuid, the same everywhere, with one sentence for a union that is not there."""

from argparse import _ActionsContainer

from django.core.management.base import CommandError

from unions.exceptions import UnionNotFound
from unions.models import Union
from unions.queries import find_union


class UnionName(str):
    """What somebody typed to name a union. Type of every such argument, so that a test finds them all."""


def add_union_argument(
    parser: _ActionsContainer, flag: str, *, what: str = "the union", required: bool = False
) -> None:
    """Add an argument that takes a union to a parser or a group of it."""
    parser.add_argument(
        flag, metavar="UNION", type=UnionName, required=required, help=f"{what}: code or uuid"
    )


def union_named(text: str) -> Union:
    """
    Return the union that an argument names.

    :raises CommandError: if there is none.
    """
    try:
        return find_union(text)
    except UnionNotFound as error:
        raise CommandError(f"没有这个工会：{text[:60]}。写工会的代码或 uuid。") from error
