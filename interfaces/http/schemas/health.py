"""How the installation is."""

from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.complaints import MANY
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Position, Text, Tree, Whole


class LiveOut(BodyOut):
    """This process answers."""

    live = Flag(required=True)


class PartOut(BodyOut):
    """One part; `error` says what is wrong, `free` how many bytes of the disk are free."""

    ok = Flag(required=True)
    error = Text()
    head = Position()
    free = Text()


class ProcessOut(BodyOut):
    """`ok`: one runs, and its last pass of work ended well at most 15 seconds ago, after its last error if it had
    any, and held no run back. `last_error` is the kind of that error, `held_back` the runs that cannot go on.
    """

    ok = Flag(required=True)
    error = Text()
    epoch = Whole(low=0, high=MANY, allow_none=True)
    last_good_pass_at = Instant()
    last_error = Text()
    last_error_at = Instant()
    held_back = Many(Id())


class ReadyOut(BodyOut):
    """Each part by its name. `projections`: of each its `position`, its `lag` in facts, its `state`."""

    ready = Flag(required=True)
    disk = Part(PartOut, required=True)
    database = Part(PartOut, required=True)
    keys = Part(PartOut, required=True)
    administrator = Part(PartOut, required=True)
    dispatcher = Part(ProcessOut, required=True)
    scheduler = Part(ProcessOut, required=True)
    projections = Tree(required=True)
