"""How the installation is."""

from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.complaints import MANY
from interfaces.http.schemas.fields import Flag, Part, Position, Text, Tree, Whole


class LiveOut(BodyOut):
    """This process answers."""

    live = Flag(required=True)


class PartOut(BodyOut):
    """One part; `error` says what is wrong."""

    ok = Flag(required=True)
    error = Text()
    head = Position()
    epoch = Whole(low=0, high=MANY, allow_none=True)


class ReadyOut(BodyOut):
    """Each part by its name. `projections`: of each its `position`, its `lag` in facts, its `state`."""

    ready = Flag(required=True)
    database = Part(PartOut, required=True)
    keys = Part(PartOut, required=True)
    dispatcher = Part(PartOut, required=True)
    scheduler = Part(PartOut, required=True)
    projections = Tree(required=True)
