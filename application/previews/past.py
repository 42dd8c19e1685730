"""Previews of audiences at a past moment. The log is folded again for everybody, so a background process does it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from application import codec
from application.deciding.asking import InstallationSettings, known_version
from application.deciding.ports import AudienceAt, Known
from application.jobs import AskJob, BegunJob, Job, JobKind, Jobs
from application.moments import Moment
from application.previews.counting import Opened, Preview, PreviewAudience, previewed, question_about
from application.previews.service import PreviewsService
from application.previews.shown import kept
from application.store import Store
from domain.customers.errors import CustomerNotFound
from domain.ports import Ids


@dataclass(frozen=True, kw_only=True)
class PastPreview:
    """Asks for a preview at a past moment. `ask.explain` is the id of any profile of a person.

    `position`: the head of the log when this was asked. Later facts do not count, so that a job that is begun again
    has the same result.
    """

    ask: PreviewAudience
    moment: Moment
    position: int


@dataclass(frozen=True, kw_only=True)
class KnownThen:
    """All facts about all people, as they were known at a past moment.

    `person_id`: returns the person id of the person with this profile, or None if no profile of theirs was
    registered. `rules_version` and `smtputf8` are those of the newest
    decision at that moment, or None if nothing was decided yet.
    """

    known: Known
    person_id: Callable[[UUID], UUID | None]
    rules_version: int | None = None
    smtputf8: bool | None = None


class Follower(Protocol):
    """Follows a long fold."""

    def reached(self, folded: int, to_fold: int) -> None:
        """Takes the number of facts of the log that are folded, and how many are to fold. May raise JobStopped."""

    def can_interrupt(self, interrupt: Callable[[], None]) -> None:
        """Takes a function that any thread may call. It ends the database's statement that is being executed."""


class EverybodyThen(Protocol):
    """Folds the log for everybody."""

    def open(self, past: PastPreview, follower: Follower) -> AbstractContextManager[KnownThen]:
        """Opens what was known then. If the block raises a NotFound, its message gets the moment added.

        Raises CannotBeFolded, or what `follower` raises.
        """


class PastPreviews:
    """Previews audiences at past moments, at once or as jobs."""

    def __init__(self, everybody: EverybodyThen, installation: InstallationSettings) -> None:
        self._everybody = everybody
        self._installation = installation

    def preview(self, past: PastPreview, follower: Follower) -> Preview:
        """Folds the log and previews. Raises CustomerNotFound if the person to explain was not registered."""
        at = past.moment.instant
        assert at is not None
        with self._everybody.open(past, follower) as then:
            question = question_about(past.ask, self._installation.at_hop(then.smtputf8))
            opened = Opened(
                known=then.known,
                audience=AudienceAt(criteria=past.ask.audience, at=at),
                rules_version=known_version(then.rules_version),
            )
            return previewed(opened, question, replace(past.ask, explain=_explained(past.ask, then)))


def preview_as_job(previews: PastPreviews, job: BegunJob, follower: Follower) -> Mapping[str, Any]:
    """Does the job and returns the preview as the job keeps it."""
    return kept(previews.preview(read(job.question, job.position), follower))


class PastPreviewJobs:
    """Previews at past moments, asked as jobs."""

    def __init__(self, jobs: Jobs, previews: PreviewsService, store: Store, ids: Ids) -> None:
        self._jobs = jobs
        self._previews = previews
        self._store = store
        self._ids = ids

    def checked(self, ask: PreviewAudience, moment: Moment) -> PastPreview:
        """Returns the question. Raises what a preview of now raises for it."""
        at = moment.instant
        assert at is not None
        return PastPreview(ask=self._previews.checked(ask, at), moment=moment, position=self._store.head())

    def ask(self, ask: PreviewAudience, moment: Moment, owner: str) -> Job:
        """Adds a job. Raises what a preview of now raises for the question, or TooManyJobs."""
        past = self.checked(ask, moment)
        asked = AskJob(
            job_id=self._ids.new(),
            kind=JobKind.PAST_PREVIEW,
            owner=owner,
            question=written(past),
            position=past.position,
            of_all=past.position,
        )
        return self._jobs.ask(asked)


def written(past: PastPreview) -> dict[str, Any]:
    """Returns the question as JSON, without the position."""
    asked: dict[str, Any] = codec.decode(codec.encode({**asdict(past.ask), **asdict(past.moment)}))
    return asked


def read(question: Mapping[str, Any], position: int) -> PastPreview:
    """Returns the question that `written` has written."""
    fields = dict(question)
    moment = {name: _instant(fields.pop(name)) for name in ("known_at", "as_of")}
    explain = fields.pop("explain")
    ask = PreviewAudience(explain=UUID(explain) if explain is not None else None, **fields)
    return PastPreview(ask=ask, moment=Moment(**moment), position=position)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _explained(ask: PreviewAudience, then: KnownThen) -> UUID | None:
    if ask.explain is None:
        return None
    person_id = then.person_id(ask.explain)
    if person_id is None:
        raise CustomerNotFound()
    return person_id
