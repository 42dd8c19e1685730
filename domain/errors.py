"""The families of refusals, in one tree, and the refusals that belong to no single context.

    FarleyError
    ├── InvalidInput     422  the input is wrong in itself
    ├── NotFound         404  nothing has that id
    ├── NotAllowed       403  the subject may not do this
    ├── RuleBroken       409  the input is right in itself, but a rule forbids the command now
    ├── Conflict         409  someone else saved first (412 where the client asked with If-Match)
    └── Unavailable      503  Farley cannot answer now; the client may try again

A leaf's docstring is its default message. `domain/<context>/errors.py` holds the refusals of one context.
"""

from typing import Any


class FarleyError(Exception):
    """Farley refuses this request."""

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.details = details
        super().__init__(self.message)


class InvalidInput(FarleyError):
    """The request is not valid.

    `others`: further refusals of the same request.
    """

    def __init__(self, message: str | None = None, *, path: str = "", code: str = "invalid") -> None:
        super().__init__(message)
        self.path = path
        self.code = code
        self.others: tuple[InvalidInput, ...] = ()

    def at(self, path: str) -> "InvalidInput":
        """Returns the same refusal, and its others, with `path` put before their own paths."""
        joined = ".".join(part for part in (path, self.path) if part)
        moved = type(self)(self.message, path=joined, code=self.code)
        moved.others = tuple(other.at(path) for other in self.others)
        return moved


class InvalidMoney(InvalidInput):
    """Money is a decimal string with at most the currency's minor units."""


class PositionBeyondLog(InvalidInput):
    """The log has no such position yet."""


class InFuture(InvalidInput):
    """An instant more than five minutes ahead is not accepted."""


class NotFound(FarleyError):
    """Not found."""


class FactNotFound(NotFound):
    """The log has no fact at this position."""


class NotAllowed(FarleyError):
    """This key may not do this."""


class NotAuthenticated(FarleyError):
    """This request needs a valid key: Authorization: Bearer <key>."""


class RuleBroken(FarleyError):
    """A rule forbids this now."""


class LogContradictsItself(RuleBroken):
    """The facts of the log contradict each other."""


class DifferentContent(RuleBroken):
    """The same identity was recorded before with other content."""


class KeyReused(RuleBroken):
    """This Idempotency-Key was used with another body."""


class Conflict(FarleyError):
    """Someone else changed this first."""


class Outdated(Conflict):
    """What this request was decided on has changed since."""


class PreconditionFailed(Conflict):
    """If-Match names a version that is no longer the current one."""


class PreconditionRequired(FarleyError):
    """This command needs If-Match with the version that the client has seen."""


class Unavailable(FarleyError):
    """Not available now; try again."""


class StoreUnavailable(Unavailable):
    """The database cannot be reached."""


class AnsweringTookTooLong(Unavailable):
    """The database could not answer within the time limit."""


class ProjectionBehind(Unavailable):
    """The read models have not reached this position yet."""


class ProjectionPaused(Unavailable):
    """A paused projection that this answer reads has not read the log up to the position asked for."""


class TooManyWaiting(Unavailable):
    """Too many requests wait for the read models already."""


class TooMuchContention(Unavailable):
    """Too many commands change this at the same time. Try again."""


class NotConfigured(FarleyError):
    """The installation's configuration is wrong."""
