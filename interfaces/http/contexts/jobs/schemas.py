"""Schemas of jobs."""

from application.jobs import JobKind, JobState, JobUnit
from interfaces.http.contexts.segments.schemas import AudiencePreviewOut
from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import PageOut, StoredOut
from interfaces.http.schemas.fields import Id, Instant, Many, Part, Position, Prose, Text, Tree, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY


class JobProgressOut(BodyOut):
    """How many units are done, and how many there are. A preview counts facts, an import bytes of its file."""

    done = Whole(required=True, low=0, high=MANY)
    of = Whole(required=True, low=0, high=MANY)
    unit = Word(list(JobUnit), required=True)


class JobErrorOut(BodyOut):
    """Why the job failed, as in a problem. `projection` and `position`: of a fact that cannot be folded."""

    type = Text(required=True)
    title = Text(required=True)
    detail = Prose(required=True)
    projection = Text()
    position = Position()


class JobOut(StoredOut):
    """A job. `state`: a job that waits is begun when others have ended, also again if its process was killed.

    `owner`: who asked, as facts name them. `begun_at`: when the last attempt began. `known_at`, `as_of`: the moment of
    a preview. `position`: the head of the log when it was asked; later facts do not count in a preview. `result`: of a
    finished preview. `import_id`: of an import, which has its report. `campaign_id`, `run_id`: of a replay. `replay`:
    what a finished one found, as `POST .../runs/{run_id}/replays` answers. `error`: of a job that failed. A preview and
    a replay are kept for 24 hours after their end, an import for 30 days.
    """

    job_id = Id(required=True)
    kind = Word(list(JobKind), required=True)
    owner = Text(required=True)
    state = Word(list(JobState), required=True)
    known_at = Instant()
    as_of = Instant()
    asked_at = Instant(required=True)
    begun_at = Instant()
    ended_at = Instant()
    progress = Part(JobProgressOut, required=True)
    result = Part(AudiencePreviewOut)
    import_id = Id()
    campaign_id = Id()
    run_id = Id()
    replay = Tree()
    error = Part(JobErrorOut)


class JobsOut(PageOut):
    """Jobs, the last asked first."""

    items = Many(Part(JobOut), required=True)
