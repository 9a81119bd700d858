"""Whose goal counts for the members of a union: the nearest one's upwards that sets one."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from reports.db import rollup as db
from reports.rules import goal_ms

ADMINISTRATIVE = "adm"
"""Goals are inherited on the line that counts."""


def goals_of(targets: Collection[db.Target], *, today: date) -> dict[db.Target, int | None]:
    """Return the goal of each union and period in ms: that of the nearest union upwards which sets one."""
    standing = {(union, period.stock_on(today)) for union, period in targets}
    nearest: dict[tuple[UUID, date], db.Node | None] = {}
    for day, nodes in db.nodes_above(standing, line=ADMINISTRATIVE).items():
        for node in nodes.values():
            above: db.Node | None = node
            while above is not None and above.annual_target_ms is None and above.month_targets_ms is None:
                above = nodes.get(above.parent_id) if above.parent_id else None
            nearest[node.uuid, day] = above
    goals: dict[db.Target, int | None] = {}
    for union, period in targets:
        owner = nearest.get((union, period.stock_on(today)))
        goals[union, period] = (
            goal_ms(annual_ms=owner.annual_target_ms, months_ms=owner.month_targets_ms, period=period)
            if owner
            else None
        )
    return goals
