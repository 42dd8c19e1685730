"""Schemas of replays: a run is decided again from the log alone."""

from collections.abc import Mapping
from typing import Any

from application.replaying.differences import ComparedPart, Replayed
from domain.customers.details import Channel
from domain.deciding.codes import ReasonCode, Verdict, ZoneSource
from domain.messages.events import MessageOutcome
from interfaces.http.contexts.eligibility.schemas import RulingOut
from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import ReadOut, StoredOut
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Position, Text, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY


class ReasonAgainOut(BodyOut):
    """A rule that stopped a message, the positions of the facts it rests on, and the end of the stop."""

    code = Word(list(ReasonCode), required=True)
    facts = Many(Position(), required=True)
    until = Instant(allow_none=True)


class OutcomeOut(BodyOut):
    """One side of a difference: what was recorded, or what the replay decided.

    Only the fields that the difference is about are given.

    `member`: whether the person is in the audience. `size`: the number
    of members. `times`: how often the person is named. `ordinal`: the number of the part at this position.
    `place`: an index that is beyond the part, so that it names no member. `contact_point_position`: the position of
    the fact that added the contact point that the first decision chose.
    `stopped_by`: the positions of the facts that refuse a handover. `message`: whether there is a message. `outcome`,
    `ended`: its outcome, and whether that is final. `fact`: the stored name of the message's fact; null if no fact can
    follow there. The other fields are those of the run, the decision, the message or the handover.
    """

    member = Flag()
    size = Whole(low=0, high=MANY)
    times = Whole(low=0, high=MANY)
    ordinal = Whole(low=0, high=MANY, allow_none=True)
    place = Whole(low=0, high=MANY, allow_none=True)
    read_position = Position()
    verdict = Word(list(Verdict))
    reasons = Many(Part(ReasonAgainOut))
    profile_id = Id(allow_none=True)
    contact_point_position = Position(allow_none=True)
    contact_point_id = Id(allow_none=True)
    address_id = Id(allow_none=True)
    time_zone = Text()
    zone_source = Word(list(ZoneSource))
    unit = Id(allow_none=True)
    policy_version = Whole(low=1, high=MANY)
    rules_version = Whole(low=1, high=MANY)
    stopped_by = Many(Position())
    message = Flag()
    message_id = Id()
    outcome = Word(list(MessageOutcome))
    ended = Flag()
    fact = Text(allow_none=True)
    version = Whole(low=0, high=MANY)
    attempt = Whole(low=0, high=MANY)
    member_id = Id()
    campaign_id = Id()
    run_id = Id()
    ends_at = Instant()
    occurred_at = Instant()
    template_version = Whole(low=1, high=MANY)
    channel = Word(list(Channel))
    sender = Text()
    epoch = Whole(low=0, high=MANY)


class DifferenceOut(BodyOut):
    """A difference between the recorded and the replayed outcome. A side without a statement is empty.

    `customer_id`: the member; null if the difference is about all members. `position`: of the recording fact.
    """

    customer_id = Id(required=True, allow_none=True, attribute="member_id")
    part = Word(list(ComparedPart), required=True)
    position = Position(required=True)
    recorded = Part(OutcomeOut, required=True)
    decided = Part(OutcomeOut, required=True)


class ReplayOut(StoredOut):
    """The numbers of decisions that were repeated, the number of differences, and the first thousand of these.

    `decisions`: the first decisions, one about each member of the audience. `handovers`, `withheld`: the second
    decisions, which let a message be handed over or withheld it.
    """

    run_id = Id(required=True)
    decisions = Whole(required=True, low=0, high=MANY)
    handovers = Whole(required=True, low=0, high=MANY)
    withheld = Whole(required=True, low=0, high=MANY)
    different = Whole(required=True, low=0, high=MANY)
    differences = Many(Part(DifferenceOut), required=True)


class DecisionAgainOut(BodyOut):
    """A recorded decision beside the same decision made again, with all rules of the latter in order.

    `part`: `first`, or a second decision: `handover` or `withheld`. `decided_at`, `read_position`: for which instant
    and up to which position it was decided. `differing`: the fields that differ between `recorded` and `decided`;
    `same`: there are none. A side without a statement about the member is empty.
    """

    part = Word(list(ComparedPart), required=True)
    position = Position(required=True)
    decided_at = Instant(required=True)
    read_position = Position(required=True)
    recorded = Part(OutcomeOut, required=True)
    decided = Part(OutcomeOut, required=True)
    same = Flag(required=True)
    differing = Many(Text(), required=True)
    rules = Many(Part(RulingOut), required=True)


class MemberReplayOut(StoredOut, ReadOut):
    """The decisions about one member of a run in the log's order: the first one, and the newest five second ones.

    `same`: all of them are the same again.
    """

    run_id = Id(required=True)
    customer_id = Id(required=True, attribute="member_id")
    same = Flag(required=True)
    decisions = Many(Part(DecisionAgainOut), required=True)


def replay_shown(replayed: Replayed) -> Mapping[str, Any]:
    """Returns the fields of ReplayOut but the position, as JSON."""
    shown: Mapping[str, Any] = ReplayOut().dump(replayed)
    return shown
