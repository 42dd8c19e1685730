"""Schemas of the installation's health."""

from application.mail import Transport
from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Position, Text, Tree, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY


class LiveOut(BodyOut):
    """The answer of a process that runs."""

    live = Flag(required=True)


class HealthProblemOut(BodyOut):
    """Something that is wrong. `part`: of what. `remedy`: what to do."""

    part = Text(required=True)
    code = Text(required=True)
    error = Text(required=True)
    remedy = Text(required=True)


class PartOut(BodyOut):
    """The state of one part. `code` and `error`: what is wrong, `remedy`: what to do. `free`: the free bytes of the
    disk. `position` and `lag`: of the index of names, which is `lag` facts behind the log's head.
    """

    ok = Flag(required=True)
    code = Text()
    error = Text()
    remedy = Text()
    head = Position()
    free = Text()
    position = Position()
    lag = Whole(low=0, high=MANY)


class ProcessOut(BodyOut):
    """The state of a process. `ok`: it works: its last pass succeeded at most 15 seconds ago, after its last error,
    held no run back, and no due work waits for too long. Otherwise `code` and `error` say what is wrong, and `remedy`
    what to do. `waited_seconds`: how long its oldest due work has waited, `waits_since`: since when. `last_error`: the
    kind of the last error. `held_back`: the runs that cannot go on. `disarmed`: why the dispatcher sends nothing until
    an operator confirms. `waits_for_lease_since`: since when another process of this kind waits for the lease.
    """

    ok = Flag(required=True)
    code = Text()
    error = Text()
    remedy = Text()
    waited_seconds = Whole(low=0, high=MANY)
    waits_since = Instant()
    epoch = Whole(low=0, high=MANY, allow_none=True)
    last_good_pass_at = Instant()
    last_error = Text()
    last_error_at = Instant()
    held_back = Many(Id())
    disarmed = Text()
    waits_for_lease_since = Instant()


class ReadyOut(BodyOut):
    """The state of each part. `problems`: what is wrong, also where the installation is ready nevertheless.
    `transport`: whether messages go to an SMTP server, or are dropped into a folder.

    `projections`, by name: `position`, `lag` in facts, `lag_seconds` (the age of the oldest fact that is not folded),
    `rate` (facts a second over the last minute), `state` (live, behind, blocked, stalled or paused) and `last_error`.
    `rebuild`: the last one, with its `state` (running, switched, failed, stopped or cut_off), `position`, `goal`,
    `rate`, and `waits`: whether another session keeps it from switching.
    """

    ready = Flag(required=True)
    transport = Word(list(Transport), required=True)
    problems = Many(Part(HealthProblemOut), required=True)
    disk = Part(PartOut, required=True)
    database = Part(PartOut, required=True)
    keys = Part(PartOut, required=True)
    names = Part(PartOut, required=True)
    administrator = Part(PartOut, required=True)
    dispatcher = Part(ProcessOut, required=True)
    scheduler = Part(ProcessOut, required=True)
    projector = Part(ProcessOut, required=True)
    projections = Tree(required=True)
    rebuild = Tree(required=True, allow_none=True)
