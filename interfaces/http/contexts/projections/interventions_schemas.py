"""Schemas of requests for interventions in projections."""

from application.interventions import AskedAction, RequestState
from interfaces.http.schemas.common import PageOut, ReadOut, StoredOut
from interfaces.http.schemas.fields import Id, Instant, Many, Part, Prose, Text, Word


class InterventionAskedOut(StoredOut):
    """The request. `duplicate`: the same waits already, and this is its id."""

    request_id = Id(required=True)


class InterventionRequestOut(ReadOut):
    """A request. It waits until a projector works. `operator`: the owner of a key. `note`: why it was refused.

    What was done is also in the history of the projections; how far a rebuild is, `/health/ready` says.
    """

    request_id = Id(required=True)
    asked_at = Instant(required=True)
    operator = Text(required=True)
    action = Word(list(AskedAction), required=True)
    projection = Text(required=True)
    state = Word(list(RequestState), required=True)
    ended_at = Instant(required=True, allow_none=True)
    note = Prose(required=True, allow_none=True)


class InterventionRequestsOut(PageOut):
    """Requests, the newest first."""

    items = Many(Part(InterventionRequestOut), required=True)
