"""What operators ask to be done to projections, over HTTP. The projector does it: the web process may not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from application.requests import Answer, Request
from application.store import Store
from domain.errors import NotFound, RuleBroken
from domain.ports import Ids


class AskedAction(StrEnum):
    """What can be asked for."""

    PAUSE = "pause"
    RETRY = "retry"
    SKIP = "skip"
    REBUILD = "rebuild"


class RequestState(StrEnum):
    """What became of a request. It waits until a projector works; only a rebuild takes longer than a moment."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


class ProjectionNotFound(NotFound):
    """No projection has this name: see /health/ready."""


class RequestNotFound(NotFound):
    """No request for an intervention has this id."""


class ProjectionPausedAlready(RuleBroken):
    """The projection is paused already."""


class ProjectionNotPaused(RuleBroken):
    """The projection is not paused."""


class NothingToSkip(RuleBroken):
    """The projection met no fact that it cannot fold."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Whether a projection is paused, and whether a fact that it cannot fold paused it."""

    is_paused: bool
    cannot_fold: bool


@dataclass(frozen=True, kw_only=True)
class InterventionRequest:
    """A request. `operator`: the owner of a key, such as `person:maria`. `note`: why it was refused."""

    request_id: UUID
    asked_at: datetime
    operator: str
    action: AskedAction
    projection: str
    state: RequestState
    ended_at: datetime | None
    note: str | None

    @property
    def place(self) -> tuple[datetime, UUID]:
        """The place in the order of all requests."""
        return self.asked_at, self.request_id


class InterventionRequests(Protocol):
    """Keeps the requests for the projector."""

    def standing(self, projection: str) -> Standing | None:
        """Returns how a projection stands; None if there is none of this name."""

    def ask(self, request_id: UUID, operator: str, action: AskedAction, projection: str) -> UUID:
        """Adds a request, unless the same waits already. Returns the id of the request that waits."""

    def find(self, request_id: UUID) -> InterventionRequest | None: ...

    def newest(
        self, limit: int, before: tuple[datetime, UUID] | None = None
    ) -> Sequence[InterventionRequest]:
        """Returns at most so many, the newest first. `before`: only those before this place."""


class InterventionsService:
    """Asks for interventions that are possible as the projection stands now."""

    def __init__(self, requests: InterventionRequests, store: Store, ids: Ids) -> None:
        self._requests = requests
        self._store = store
        self._ids = ids

    def ask(self, action: AskedAction, projection: str, request: Request) -> Answer:
        """Raises ProjectionNotFound, ProjectionPausedAlready, ProjectionNotPaused and NothingToSkip."""
        standing = self._requests.standing(projection)
        if standing is None:
            raise ProjectionNotFound()
        _refuse_impossible(action, standing)
        wanted = request.new_id(self._ids)
        waits = self._requests.ask(wanted, request.actor, action, projection)
        return Answer(
            body={"request_id": str(waits)},
            position=self._store.head(),
            accepted=True,
            duplicate=waits != wanted,
        )

    def find(self, request_id: UUID) -> InterventionRequest:
        """Raises RequestNotFound."""
        found = self._requests.find(request_id)
        if found is None:
            raise RequestNotFound()
        return found

    def newest(
        self, limit: int, before: tuple[datetime, UUID] | None = None
    ) -> Sequence[InterventionRequest]:
        """Returns at most so many requests, the newest first."""
        return self._requests.newest(limit, before)


def _refuse_impossible(action: AskedAction, standing: Standing) -> None:
    if action is AskedAction.PAUSE and standing.is_paused:
        raise ProjectionPausedAlready()
    if action in (AskedAction.RETRY, AskedAction.SKIP) and not standing.is_paused:
        raise ProjectionNotPaused()
    if action is AskedAction.SKIP and not standing.cannot_fold:
        raise NothingToSkip()
