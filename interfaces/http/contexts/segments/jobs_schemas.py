"""Schemas of jobs."""

from application.jobs import JobState
from interfaces.http.contexts.segments.schemas import AudiencePreviewOut
from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import StoredOut
from interfaces.http.schemas.fields import Id, Instant, Part, Position, Text, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY


class JobProgressOut(BodyOut):
    """How many facts of the log were folded, and how many there are to fold."""

    folded = Whole(required=True, low=0, high=MANY)
    to_fold = Whole(required=True, low=0, high=MANY)


class JobErrorOut(BodyOut):
    """Why the job failed, as in a problem. `projection` and `position`: of a fact that cannot be folded."""

    type = Text(required=True)
    title = Text(required=True)
    detail = Text(required=True)
    projection = Text()
    position = Position()


class JobOut(StoredOut):
    """A job. `state`: a job that waits is begun when others have ended, also again if its process was killed.

    `known_at`, `as_of`: the moment of the question. `position`: the head of the log when it was asked; later facts do
    not count. `result`: of a finished job. `error`: of a failed one. A job is kept for 24 hours after its end.
    """

    job_id = Id(required=True)
    state = Word(list(JobState), required=True)
    known_at = Instant()
    as_of = Instant()
    asked_at = Instant(required=True)
    ended_at = Instant()
    progress = Part(JobProgressOut, required=True)
    result = Part(AudiencePreviewOut)
    error = Part(JobErrorOut)
