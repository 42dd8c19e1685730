"""Campaigns, their runs and their messages, told fact by fact."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.campaigns.events import CampaignApproved, CampaignDrafted
from domain.facts import stream_id
from domain.messages.events import (
    HandoverLapsed,
    MessageFailed,
    MessageHandedOver,
    MessageOutcomeUnknown,
    MessageRefusedForNow,
    MessageSent,
    MessageWithheld,
)
from domain.runs.events import (
    DecidedGroup,
    DecidedPerson,
    Reason,
    RunAudienceListed,
    RunAudienceRecorded,
    RunChunkDecided,
    RunFinished,
    RunPlanned,
)
from tests.builders import START, Story, named
from tests.projections.happenings import INSTANTS

COMPLAINED = Reason(code="OPEN_COMPLAINT", facts=(3, 5))
COOLING = Reason(code="COMPLAINT_COOLING_OFF", facts=(7,), until=START + timedelta(days=14))
BASIS: dict[str, Any] = {"read_position": 7, "policy_version": 1, "rules_version": 1}
ZONE: dict[str, Any] = {"time_zone": "Europe/Madrid", "zone_source": "person"}

NEXT = {
    "pending": ("hand over", "hand over", "hand over", "withhold", "fail"),
    "handed over": ("lapse", "defer", "lapse", "defer", "send", "refuse", "lose track"),
}
ENDS = ("withhold", "fail", "send", "refuse", "lose track")


def draft(story: Story, campaign: UUID, **values: Any) -> None:
    said = {
        "name": "Spring",
        "message_class": "promotional",
        "purpose": "marketing",
        "channel": "email",
        "audience": {"field": "kind", "op": "eq", "value": "person"},
        "subject": "Hello {{ name }}",
        "body": "Spring is here.",
    }
    story.tell(CampaignDrafted, campaign, **said | values)


def approve(story: Story, campaign: UUID) -> None:
    story.tell(CampaignApproved, campaign)


@dataclass(frozen=True, kw_only=True)
class TellRun:
    """Tells the facts of one run in their order."""

    story: Story
    run: UUID
    campaign: UUID

    def plan(self, *, ends_at: datetime = START + timedelta(days=3)) -> None:
        self._tell(RunPlanned, planned_for=START, ends_at=ends_at)

    def record(self, *parts: Sequence[UUID]) -> None:
        """The audience, part by part, and its size."""
        for ordinal, members in enumerate(parts):
            self._tell(RunAudienceListed, ordinal=ordinal, read_position=7, members=tuple(members))
        self._tell(RunAudienceRecorded, read_position=7, size=sum(map(len, parts)))

    def decide(
        self, eligible: Mapping[UUID, UUID | None], stopped: Collection[UUID] = (), *, ordinal: int = 0
    ) -> None:
        """One chunk: the eligible members, each with its address, and those whom complaints stop."""
        groups = (
            DecidedGroup(verdict="eligible", reasons=(), people=tuple(map(_chosen, *_columns(eligible)))),
            DecidedGroup(
                verdict="suppressed",
                reasons=(COMPLAINED, COOLING),
                people=tuple(DecidedPerson(member_id=member, **ZONE) for member in stopped),
            ),
        )
        self._tell(RunChunkDecided, ordinal=ordinal, groups=groups, **BASIS)

    def finish(self) -> None:
        self._tell(RunFinished)

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
            mime_sha256="0" * 64,
            rfc_message_id="<1@example.org>",
            values={"name": "Ána"},
            **BASIS,
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
        self._tell(MessageFailed, code=code, attempt=self.attempt)

    def lose_track(self) -> None:
        self._tell(MessageOutcomeUnknown, attempt=self.attempt)

    def withhold(self) -> None:
        self.profile = self.member
        self._tell(MessageWithheld, reasons=(COMPLAINED,), **BASIS, **ZONE)

    def _tell(self, fact_class: type[Any], **values: Any) -> None:
        self.story.tell(
            fact_class,
            stream_id("message", self.run, self.member, "email"),
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
    for _ in range(draw(st.integers(0, most))):
        step = draw(st.sampled_from(NEXT[state]))
        message.at = draw(st.none() | INSTANTS)
        _take(draw, message, step, addresses)
        if step in ENDS:
            return
        state = "handed over" if step == "hand over" else "pending"


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
            message.withhold()
        case "fail" | "refuse":
            message.fail(None if step == "refuse" else draw(st.sampled_from(("RENDER_ERROR", "EXPIRED"))))


def _columns(eligible: Mapping[UUID, UUID | None]) -> tuple[Collection[UUID], Collection[UUID | None]]:
    return eligible.keys(), eligible.values()


def _chosen(member: UUID, address: UUID | None) -> DecidedPerson:
    point = named(f"contact point {address}")
    return DecidedPerson(
        member_id=member, customer_id=member, contact_point_id=point, address_id=address, **ZONE
    )
