"""A run that is decided again from the log alone."""

from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import StoredOut
from interfaces.http.schemas.complaints import MANY
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Position, Text, Whole, Word

WHICH = ("run", "audience", "first", "handover", "withheld", "message")


class ReasonAgainOut(BodyOut):
    """A rule that stopped a message, the positions of the facts it rests on, and until when."""

    code = Text(required=True)
    facts = Many(Position(), required=True)
    until = Instant(allow_none=True)


class OutcomeOut(BodyOut):
    """What was said, by what it is about.

    Whether somebody is a `member`, how many are (`size`), how many `times` somebody is named, which part comes here
    (`ordinal`), up to where was read. A decision. What refuses a handover (`stopped_by`). Whether there is a
    `message`, under which id, in which status, whether it has ended, and each of its facts: null is none that could
    stand there. Of the run its id and its end, of decisions and messages the instant, of handovers what they say
    beside: template, channel, sender and the dispatcher's epoch.
    """

    member = Flag()
    size = Whole(low=0, high=MANY)
    times = Whole(low=0, high=MANY)
    ordinal = Whole(low=0, high=MANY, allow_none=True)
    read_position = Position()
    verdict = Word(("eligible", "held_out", "suppressed", "deferred"))
    reasons = Many(Part(ReasonAgainOut))
    profile_id = Id(allow_none=True)
    contact_point_id = Id(allow_none=True)
    address_id = Id(allow_none=True)
    time_zone = Text()
    zone_source = Word(("person", "installation"))
    unit = Id(allow_none=True)
    policy_version = Whole(low=1, high=MANY)
    rules_version = Whole(low=1, high=MANY)
    stopped_by = Many(Position())
    message = Flag()
    message_id = Id()
    status = Text()
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
    channel = Text()
    sender = Text()
    epoch = Whole(low=0, high=MANY)


class DifferenceOut(BodyOut):
    """Where the log alone says otherwise; empty where only the other side says anything.

    `customer_id`: the member, null where it is about all of them. `position`: of the fact that recorded it.
    """

    customer_id = Id(required=True, allow_none=True)
    which = Word(WHICH, required=True)
    position = Position(required=True)
    recorded = Part(OutcomeOut, required=True)
    decided = Part(OutcomeOut, required=True)


class ReplayOut(StoredOut):
    """How many decisions were made again, in how many something differs, and the first thousand of these."""

    run_id = Id(required=True)
    decisions = Whole(required=True, low=0, high=MANY)
    different = Whole(required=True, low=0, high=MANY)
    differences = Many(Part(DifferenceOut), required=True)
