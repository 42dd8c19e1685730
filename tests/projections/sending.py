"""Runs of campaigns and their messages, told fact by fact."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.customers.events import ContactPointAdded
from domain.facts import derived_id
from domain.messages.events import (
    HandoverLapsed,
    MessageFailed,
    MessageHandedOver,
    MessageOutcomeUnknown,
    MessageRefusedForNow,
    MessageResolved,
    MessageSent,
    MessageWithheld,
)
from domain.runs.events import (
    DecidedGroup,
    DecidedPerson,
    Reason,
    RunAudienceListed,
    RunAudienceRecorded,
    RunCancelled,
    RunChunkDecided,
    RunFinished,
    RunMissed,
    RunPlanned,
)
from tests.builders import START, Story, named
from tests.projections.happenings import INSTANTS

COMPLAINED = Reason(code="OPEN_COMPLAINT", facts=(3, 5))
COOLING = Reason(code="COMPLAINT_COOLING_OFF", facts=(7,), until=START + timedelta(days=14))
HELD_OUT = Reason(code="HOLDOUT_CAMPAIGN")
BASIS: dict[str, Any] = {"read_position": 7, "policy_version": 1, "rules_version": 1, "smtputf8": False}
ZONE: dict[str, Any] = {"time_zone": "Europe/Madrid", "zone_source": "person"}
NO_UNITS: Mapping[UUID, UUID] = MappingProxyType({})

NEXT = {
    "pending": ("hand over", "withhold", "hand over", "hand over", "fail"),
    "handed over": ("lapse", "defer", "lose track", "defer", "lose track", "send", "refuse"),
    "lost": ("resolve",),
}
BECOMES = {"hand over": "handed over", "lose track": "lost", "lapse": "pending", "defer": "pending"}
"""Where a message stands after a step; after any other it has ended."""


@dataclass(frozen=True, kw_only=True)
class TellRun:
    """Tells the facts of one run in their order."""

    story: Story
    run: UUID
    campaign: UUID

    def plan(self, *, ends_at: datetime = START + timedelta(days=3)) -> None:
        self._tell(RunPlanned, planned_for=START, ends_at=ends_at)

    def miss(self, cause: str = "late") -> None:
        """Instead of planning it."""
        self._tell(RunMissed, planned_for=START, cause=cause)

    def list_audience(self, *parts: Sequence[UUID]) -> None:
        """The audience, part by part."""
        for ordinal, members in enumerate(parts):
            self._tell(RunAudienceListed, ordinal=ordinal, read_position=7, members=tuple(members))

    def record(self, *parts: Sequence[UUID]) -> None:
        """The audience, part by part, and its size."""
        self.list_audience(*parts)
        self._tell(RunAudienceRecorded, read_position=7, size=sum(map(len, parts)))

    def decide(
        self,
        eligible: Mapping[UUID, UUID | None],
        stopped: Collection[UUID] = (),
        *,
        held_out: Collection[UUID] = (),
        units: Mapping[UUID, UUID] = NO_UNITS,
        ordinal: int = 0,
    ) -> None:
        """One chunk: the eligible members, each with its address, those whom complaints stop, those held out.

        `units`: the profiles that the hold-out was drawn for, by member. A contact point that nobody added is added.
        """
        points = {m: self._point_position(m, at) for m, at in eligible.items() if at is not None}
        part, with_draw = self._part(ordinal), units.keys() - set(stopped)
        people = {
            member: DecidedPerson(
                place=part.index(member),
                contact_point_position=points.get(member),
                unit=units[member] if member in with_draw and units[member] != member else None,
            )
            for member in (*eligible, *stopped, *held_out)
        }
        groups = tuple(
            DecidedGroup(
                verdict=verdict,
                reasons=reasons,
                drawn=drawn,
                people=tuple(people[member] for member in members if (member in with_draw) == drawn),
                **ZONE,
            )
            for verdict, reasons, members in (
                ("eligible", (), eligible),
                ("suppressed", (COMPLAINED, COOLING), stopped),
                ("held_out", (HELD_OUT,), held_out),
            )
            for drawn in (False, True)
        )
        self._tell(RunChunkDecided, ordinal=ordinal, groups=groups, **BASIS)

    def _part(self, ordinal: int) -> tuple[UUID, ...]:
        """The newest part of the audience with this ordinal."""
        return next(
            fact.members
            for fact in reversed(self.story.facts)
            if isinstance(fact, RunAudienceListed)
            and (fact.originator_id, fact.ordinal) == (self.run, ordinal)
        )

    def _point_position(self, customer: UUID, address: UUID) -> int:
        for position, fact in enumerate(self.story.facts, 1):
            if isinstance(fact, ContactPointAdded) and (fact.customer_id, fact.address_id) == (
                customer,
                address,
            ):
                return position
        self.story.add_contact_point(customer, f"{address}@example.org", address_id=address)
        return len(self.story.facts)

    def finish(self) -> None:
        self._tell(RunFinished)

    def cancel(self) -> None:
        self._tell(RunCancelled)

    def message(self, member: UUID, *, profile: UUID | None = None) -> "TellMessage":
        return TellMessage(
            story=self.story, run=self.run, campaign=self.campaign, member=member, profile=profile
        )

    def _tell(self, fact_class: type[Any], **values: Any) -> None:
        self.story.tell(fact_class, self.run, campaign_id=self.campaign, **values)


@dataclass(kw_only=True)
class TellMessage:
    """Tells the facts of one message in their order. `profile`: whose contact point it uses, if not the member's."""

    story: Story
    run: UUID
    campaign: UUID
    member: UUID
    profile: UUID | None = None
    attempt: int = 0
    at: datetime | None = None

    def hand_over(self, address: UUID, *, epoch: int = 1) -> None:
        self.attempt += 1
        self._tell(
            MessageHandedOver,
            channel="email",
            contact_point_id=named(f"contact point {address}"),
            address_id=address,
            attempt=self.attempt,
            epoch=epoch,
            sender="we@example.org",
            mime_sha256="0" * 64,
            template_version=1,
            rfc_message_id="<1@example.org>",
            values={"name": "Ána"},
            **{**BASIS, "read_position": 7 + self.attempt, "policy_version": self.attempt},
            **ZONE,
        )

    def lapse(self, until: datetime) -> None:
        self._tell(HandoverLapsed, attempt=self.attempt, retry_at=until)

    def send(self) -> None:
        self._tell(MessageSent, attempt=self.attempt, smtp_code=250, smtp_reply="ok")

    def defer(self, until: datetime) -> None:
        self._tell(
            MessageRefusedForNow, attempt=self.attempt, retry_at=until, smtp_code=451, smtp_reply="busy"
        )

    def fail(self, code: str | None = None) -> None:
        self._tell(MessageFailed, reason_code=code, attempt=self.attempt)

    def lose_track(self) -> None:
        self._tell(MessageOutcomeUnknown, attempt=self.attempt)

    def resolve(self, outcome: str) -> None:
        self._tell(MessageResolved, attempt=self.attempt, outcome=outcome, note="seen in the sent folder")

    def withhold(self, *reasons: Reason) -> None:
        """For these reasons, else for a complaint."""
        self.profile = self.member
        basis = {
            **BASIS,
            "read_position": 8 + self.attempt,
            "policy_version": 1 + self.attempt,
            "rules_version": 2,
        }
        verdict = "held_out" if reasons == (HELD_OUT,) else "suppressed"
        self._tell(MessageWithheld, verdict=verdict, reasons=reasons or (COMPLAINED,), **basis, **ZONE)

    def _tell(self, fact_class: type[Any], **values: Any) -> None:
        self.story.tell(
            fact_class,
            derived_id("message", self.run, self.member, "email"),
            at=self.at,
            campaign_id=self.campaign,
            run_id=self.run,
            member_id=self.member,
            customer_id=self.profile or self.member,
            **values,
        )


def go_on(draw: st.DrawFn, message: TellMessage, addresses: Sequence[UUID], *, most: int = 5) -> None:
    """Some steps of a message, as `Message` allows them, by a clock that goes back at times."""
    state = "pending"
    for _ in range(draw(st.sampled_from((most, 2, 3, 1, 0)))):
        step = draw(st.sampled_from(NEXT[state]))
        message.at = draw(st.none() | INSTANTS)
        _take(draw, message, step, addresses)
        if step not in BECOMES:
            return
        state = BECOMES[step]


def _take(draw: st.DrawFn, message: TellMessage, step: str, addresses: Sequence[UUID]) -> None:
    match step:
        case "hand over":
            message.hand_over(draw(st.sampled_from(addresses)), epoch=draw(st.integers(1, 2)))
        case "defer":
            message.defer(START + timedelta(hours=draw(st.integers(0, 4))))
        case "lapse":
            message.lapse(START + timedelta(hours=draw(st.integers(0, 4))))
        case "send":
            message.send()
        case "lose track":
            message.lose_track()
        case "withhold":
            message.withhold(*draw(st.sampled_from(((HELD_OUT,), (COMPLAINED,), (HELD_OUT, COMPLAINED)))))
        case "resolve":
            message.resolve(draw(st.sampled_from(("failed", "sent"))))
        case "fail" | "refuse":
            message.fail(None if step == "refuse" else draw(st.sampled_from(("RENDER_ERROR", "EXPIRED"))))
