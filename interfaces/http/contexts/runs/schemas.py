"""Schemas of runs, their decisions and messages."""

from application.mail import Transport
from domain.deciding.codes import ReasonCode
from domain.messages.events import MessageOutcome
from domain.messages.message import RESOLUTIONS
from domain.runs.events import MissedCause
from domain.runs.run import RunState
from interfaces.http.contexts.customers.schemas import LONGEST_PERSON_NAME
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import PageOut, PageQuery, PausedProjectionOut, ReadOut, StoredOut
from interfaces.http.schemas.fields import (
    Flag,
    Id,
    Instant,
    Many,
    Part,
    Position,
    Prose,
    Text,
    Tree,
    Whole,
    Word,
)
from interfaces.http.schemas.fields.numbers import MANY

LONGEST_REPLY = 500


class StartRunIn(BodyIn):
    """`planned_for` identifies the run, if your own scheduler starts it.

    The instant may be up to five minutes ahead: the run is `planned` until then and begins no earlier. Use
    `POST /api/campaigns/{id}/schedules` to plan a run further ahead.
    """

    planned_for = Instant()


class DecisionsQuery(PageQuery):
    """Filters of decisions. `reason`: any of a person's reasons; `first_reason`: the first of them."""

    outcome = Word(list(MessageOutcome))
    reason = Word(list(ReasonCode))
    first_reason = Word(list(ReasonCode))
    customer_id = Id()


class RunStoredOut(StoredOut):
    """The run that the dispatcher will begin. `state`: `missed` if the planned instant passed too long ago."""

    run_id = Id(required=True)
    state = Word(list(RunState))


OutcomesOut = BodyOut.from_dict(
    {outcome: Whole(required=True, low=0, high=MANY) for outcome in MessageOutcome}, name="OutcomesOut"
)
"""People by outcome. Each member of the audience has exactly one outcome."""


class RunOut(BodyOut):
    """A run with its balance: the outcomes add up to the audience, or `balanced` is false.

    `reasons`: how many people each reason stopped; a person may have several. `first_reasons`: the same by the first
    reason of each person, so the audience is their sum and those whom no reason stopped.
    `waits_for_projections`: the paused projections for which a run that is due waits. It goes on when they do:
    `farley project status` says how. The field is absent if there are none.
    """

    run_id = Id(required=True)
    campaign_id = Id(required=True)
    state = Word(list(RunState), required=True)
    planned_for = Instant(required=True)
    started_at = Instant(required=True, allow_none=True)
    finished_at = Instant(required=True, allow_none=True)
    ends_at = Instant(required=True)
    cause = Word(list(MissedCause), allow_none=True)
    audience = Whole(required=True, allow_none=True, low=0, high=MANY)
    outcomes = Part(OutcomesOut, required=True)
    reasons = Tree(required=True)
    first_reasons = Tree(required=True)
    balanced = Flag(required=True)
    transport = Word(list(Transport), required=True)
    waits_for_projections = Many(Part(PausedProjectionOut))


class RunShownOut(RunOut, ReadOut):
    """One run with its balance.

    `position`: up to which the balance is true. `messages_per_minute`: how fast messages were handed over in the last
    minute. `seconds_left`: how long the pending ones take at that pace. Both are null while the pace is not known.
    """

    position = Position(required=True)
    messages_per_minute = Whole(required=True, allow_none=True, low=0, high=MANY)
    seconds_left = Whole(required=True, allow_none=True, low=0, high=MANY)


class RunsOut(PageOut):
    """The runs of a campaign, the newest first."""

    items = Many(Part(RunOut), required=True)


class ReasonOut(BodyOut):
    """A rule that stopped a message, the positions of the facts it rests on, and the end of the stop."""

    code = Word(list(ReasonCode), required=True)
    facts = Many(Position(), required=True)
    until = Text(allow_none=True)


class DecisionOut(BodyOut):
    """The decision about one member of the audience, and its outcome.

    `customer_name`: null if there is none, or it is forgotten. Only keys with the scope customers:read get it.
    `unit`: the profile for which the campaign's hold-out was drawn. `decided_at`, `read_position`: the
    instant of the decision and its read position; null until the decision. To repeat the decision, ask
    eligibility with them as `at` and `known_to_position`.
    """

    customer_id = Id(required=True)
    customer_name = Text(allow_none=True, longest=LONGEST_PERSON_NAME)
    outcome = Word(list(MessageOutcome), required=True)
    variant = Text(required=True, allow_none=True)
    unit = Id(allow_none=True)
    reasons = Many(Part(ReasonOut), required=True)
    policy_version = Whole(required=True, allow_none=True, low=1, high=MANY)
    rules_version = Whole(required=True, allow_none=True, low=1, high=MANY)
    decided_at = Instant(required=True, allow_none=True)
    read_position = Position(required=True, allow_none=True)
    message_id = Id(allow_none=True)
    position = Position(required=True)


class DecisionsOut(PageOut):
    """Decisions by customer id."""

    items = Many(Part(DecisionOut), required=True)


class MessagesQuery(PageQuery):
    """Filters of messages."""

    outcome = Word(list(MessageOutcome))


class ReplyOut(BodyOut):
    """The next hop's last reply. `code` is null if there was no connection, `text` once it is forgotten."""

    code = Whole(required=True, allow_none=True, low=0, high=999)
    text = Prose(required=True, allow_none=True, longest=LONGEST_REPLY)


class MessageOut(BodyOut):
    """A message of a run: its outcome, its last handover, and the next hop's reply."""

    message_id = Id(required=True)
    customer_id = Id(required=True)
    outcome = Word(list(MessageOutcome), required=True)
    attempt = Whole(required=True, low=0, high=MANY)
    handed_over_at = Instant(required=True, allow_none=True)
    retry_at = Instant(required=True, allow_none=True)
    reasons = Many(Part(ReasonOut), required=True)
    smtp_reply = Part(ReplyOut, required=True, allow_none=True)
    occurred_at = Instant(required=True)
    position = Position(required=True)


class MessagesOut(PageOut):
    """Messages by customer id."""

    items = Many(Part(MessageOut), required=True)


class ResolveMessageIn(BodyIn):
    """The outcome of a message whose outcome was unknown, and in `note` how you know it."""

    outcome = Word(RESOLUTIONS, required=True)
    note = Text(required=True, longest=1_000)


class MessageResolvedOut(StoredOut):
    """The message with its outcome."""

    message_id = Id(required=True)
    outcome = Word(list(MessageOutcome), required=True)
