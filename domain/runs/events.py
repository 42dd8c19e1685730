"""The facts about one run of a campaign: its audience, then its decisions in chunks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.deciding.codes import ReasonCode, Verdict, ZoneSource
from domain.facts import Fact, stored


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A rule that stopped the message: its code, the positions of the facts it rests on, and until when it does."""

    code: ReasonCode
    facts: tuple[int, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DecidedPerson:
    """One member of the audience, with the chosen contact point, if there is one.

    `place`: the index of the member, from 0, in the part of the audience that the chunk decides.
    `contact_point_position`: the position of the ContactPointAdded fact that added the contact point.
    `unit`: the profile that the hold-out was drawn for, if it is not the member.
    """

    place: int
    contact_point_position: int | None = None
    unit: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class DecidedGroup:
    """People with the same verdict, reasons and time zone.

    `time_zone` is the time zone that the decision used, and `zone_source` says whose it is.
    `drawn`: whether the hold-out was drawn for each of them.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    time_zone: str
    zone_source: ZoneSource
    drawn: bool
    people: tuple[DecidedPerson, ...]


@stored("runs.RunPlanned")
@dataclass(frozen=True, kw_only=True)
class RunPlanned(Fact):
    """A run of the campaign was planned. It starts no earlier than `planned_for`.

    Messages that are still open at `ends_at` end then.
    """

    campaign_id: UUID
    planned_for: datetime
    ends_at: datetime


class MissedCause(StrEnum):
    """Why a run never takes place. `LATE`: nothing held it up, but nobody began it in time."""

    LATE = "late"
    PAUSED = "paused"
    NOT_APPROVED = "not_approved"
    ANOTHER_RUN = "another_run"
    ENDED = "ended"


@stored("runs.RunMissed")
@dataclass(frozen=True, kw_only=True)
class RunMissed(Fact):
    """The run did not start within the grace after its planned instant, and never will."""

    campaign_id: UUID
    planned_for: datetime
    cause: MissedCause


@stored("runs.RunAudienceListed")
@dataclass(frozen=True, kw_only=True)
class RunAudienceListed(Fact):
    """A part of the audience was listed, by person id, as membership was at `read_position`.

    A part with `ordinal` 0 starts the list again. Members that an interrupted dispatcher listed before it are not in
    the audience.
    """

    campaign_id: UUID
    ordinal: int
    read_position: int
    members: tuple[UUID, ...]


@stored("runs.RunAudienceRecorded")
@dataclass(frozen=True, kw_only=True)
class RunAudienceRecorded(Fact):
    """The list of the audience is complete and has this size. No decision comes before this fact."""

    campaign_id: UUID
    read_position: int
    size: int


@stored("runs.RunChunkDecided")
@dataclass(frozen=True, kw_only=True)
class RunChunkDecided(Fact):
    """A part of the audience was decided, from the facts up to `read_position`, as of the instant of this fact.

    `ordinal` is the number of the part. `smtputf8` says whether the next hop took addresses whose local part is not
    ASCII.
    """

    campaign_id: UUID
    ordinal: int
    read_position: int
    policy_version: int
    rules_version: int
    smtputf8: bool
    groups: tuple[DecidedGroup, ...]


@stored("runs.RunFinished")
@dataclass(frozen=True, kw_only=True)
class RunFinished(Fact):
    """Every member of the audience has a final outcome."""

    campaign_id: UUID


@stored("runs.RunCancelled")
@dataclass(frozen=True, kw_only=True)
class RunCancelled(Fact):
    """The campaign was cancelled, and every member of the audience has a final outcome."""

    campaign_id: UUID
