"""The facts about one run of a campaign: its audience, then its decisions, chunk by chunk."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.facts import Fact, stored


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A rule that spoke: its code, the positions of the facts it rests on, and until when it holds."""

    code: str
    facts: tuple[int, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DecidedPerson:
    """One member of the audience and, where chosen, the contact point of profile `customer_id`.

    `time_zone` is the zone the person was decided in, `zone_source` whose it is: person or installation.
    `unit` is the profile that the hold-out was drawn for, where the campaign holds out.
    """

    member_id: UUID
    time_zone: str
    zone_source: str
    customer_id: UUID | None = None
    contact_point_id: UUID | None = None
    address_id: UUID | None = None
    unit: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class DecidedGroup:
    """People who were decided alike. Verdict: eligible, held_out, suppressed or deferred."""

    verdict: str
    reasons: tuple[Reason, ...]
    people: tuple[DecidedPerson, ...]


@stored("runs.RunPlanned")
@dataclass(frozen=True, kw_only=True)
class RunPlanned(Fact):
    """The campaign shall run, no earlier than `planned_for`; what is still open at `ends_at` ends then."""

    campaign_id: UUID
    planned_for: datetime
    ends_at: datetime


class MissedReason(StrEnum):
    """Why a run never takes place. `LATE`: nothing held it up, but nobody began it in time."""

    LATE = "late"
    PAUSED = "paused"
    NOT_APPROVED = "not_approved"
    ANOTHER_RUN = "another_run"
    ENDED = "ended"


@stored("runs.RunMissed")
@dataclass(frozen=True, kw_only=True)
class RunMissed(Fact):
    """The planned instant passed, and its grace: this run never takes place."""

    campaign_id: UUID
    planned_for: datetime
    why: MissedReason


@stored("runs.RunAudienceListed")
@dataclass(frozen=True, kw_only=True)
class RunAudienceListed(Fact):
    """A part of the audience, by canonical id, as membership stood at `read_position`.

    The part 0 begins the listing anew, until the size is recorded: what was listed before it, by a dispatcher that
    did not come to the end, is not the audience.
    """

    campaign_id: UUID
    ordinal: int
    read_position: int
    members: tuple[UUID, ...]


@stored("runs.RunAudienceRecorded")
@dataclass(frozen=True, kw_only=True)
class RunAudienceRecorded(Fact):
    """The audience is complete and has this size; no decision comes before this."""

    campaign_id: UUID
    read_position: int
    size: int


@stored("runs.RunChunkDecided")
@dataclass(frozen=True, kw_only=True)
class RunChunkDecided(Fact):
    """A part of the audience was decided from the facts up to `read_position`, at the instant of this fact.

    `smtputf8`: whether the next hop took addresses whose local part is not ASCII.
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
    """Nothing of the run is open any more."""

    campaign_id: UUID


@stored("runs.RunCancelled")
@dataclass(frozen=True, kw_only=True)
class RunCancelled(Fact):
    """Its campaign was cancelled, and nothing of the run is open any more."""

    campaign_id: UUID
