"""Schemas of the installation's health."""

from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Position, Text, Tree, Whole
from interfaces.http.schemas.fields.numbers import MANY


class LiveOut(BodyOut):
    """The answer of a process that runs."""

    live = Flag(required=True)


class PartOut(BodyOut):
    """The state of one part. `error`: what is wrong. `free`: the free bytes of the disk."""

    ok = Flag(required=True)
    error = Text()
    head = Position()
    free = Text()


class ProcessOut(BodyOut):
    """The state of a process. `ok`: a process runs, and its last pass of work succeeded at most 15 seconds
    ago, after its last error, and held no run back. `last_error`: the kind of the last error. `held_back`:
    the runs that cannot go on. `disarmed`: why the dispatcher sends nothing until an operator confirms.
    """

    ok = Flag(required=True)
    error = Text()
    epoch = Whole(low=0, high=MANY, allow_none=True)
    last_good_pass_at = Instant()
    last_error = Text()
    last_error_at = Instant()
    held_back = Many(Id())
    disarmed = Text()


class ReadyOut(BodyOut):
    """The state of each part. `projections`: `position`, `lag` in facts and `state`, by projection."""

    ready = Flag(required=True)
    disk = Part(PartOut, required=True)
    database = Part(PartOut, required=True)
    keys = Part(PartOut, required=True)
    administrator = Part(PartOut, required=True)
    dispatcher = Part(ProcessOut, required=True)
    scheduler = Part(ProcessOut, required=True)
    projections = Tree(required=True)
