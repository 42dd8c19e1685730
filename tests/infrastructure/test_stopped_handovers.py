"""What stands in the log after the position that a decision read, and sends its message back to be decided again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.dispatch.ports import PendingHandover, dispatcher_circumstances
from application.leases import DISPATCHER
from domain.campaigns.campaign import Campaign
from domain.deciding.stopping import STOPPING_NAMES
from domain.messages.message import Message
from domain.policies.events import PolicyKind
from domain.policies.versions import stream_id_of
from infrastructure.machine.clock import SystemClock
from infrastructure.postgres.handovers import DatabaseLease
from infrastructure.postgres.recorder import LogEvent, LogRecorder
from infrastructure.wiring.dispatcher import DispatcherInstallation
from tests.world import BEGIN, located_on

ABOUT_SOMEBODY = (
    "complaints.ComplaintOpened",
    "complaints.ComplaintReopened",
    "customers.ConsentGranted",
    "customers.ConsentWithdrawn",
    "customers.ContactPointAdded",
    "customers.ContactPointRemoved",
    "customers.IdentifierHolderRemoved",
    "customers.IdentifierHolderAdded",
    "customers.ProfileLinked",
    "customers.ProfileUnlinked",
    "suppressions.SuppressionImposed",
)
OF_A_STREAM = (
    "campaigns.CampaignCancelled",
    "campaigns.CampaignPaused",
    "policies.PolicyVersionAdopted",
    "policies.PolicyVersionWithdrawn",
)
CAMPAIGN = UUID(int=1)
STREAMS = {
    "campaigns": Campaign.stream_of(CAMPAIGN),
    "policies": stream_id_of(PolicyKind.SUPPRESSION),
}


@pytest.fixture
def dispatching(database: Any, tmp_path: Path) -> Iterator[DispatcherInstallation]:
    located = located_on(database, tmp_path)
    with DispatcherInstallation(located, pool_size=2) as installation:
        yield installation


def appended(installation: DispatcherInstallation, stored_name: str, **about: UUID) -> None:
    """A fact of this kind at the log's end."""
    state = b'{"occurred_at": "2026-01-01T00:00:00Z"}'
    told: dict[str, Any] = {"originator_id": uuid4(), **about}
    LogRecorder(installation.pool).insert_events(
        [LogEvent(originator_version=1, topic=stored_name, state=state, **told)]
    )


def handed_over(
    installation: DispatcherInstallation, watched: list[UUID], *, read_position: int = 0
) -> list[bool]:
    """Whether each of so many messages, that were decided when the log stood there, is handed over."""
    epoch = DatabaseLease(installation.pool, "one", SystemClock(), name=DISPATCHER).hold()
    assert epoch is not None
    positions = installation.handovers().hand_over(
        [PendingHandover(message=pending(epoch), watched=frozenset({one})) for one in watched],
        campaign_id=CAMPAIGN,
        epoch=epoch,
        read_position=read_position,
    )
    return [position is not None for position in positions]


def pending(epoch: int) -> Message:
    run, member = uuid4(), uuid4()
    message = Message.about(run, CAMPAIGN, member, member, "email")
    message.hand_over(
        dispatcher_circumstances(BEGIN, run),
        channel="email",
        contact_point_id=uuid4(),
        address_id=uuid4(),
        epoch=epoch,
        read_position=0,
        policy_version=1,
        rules_version=1,
        smtputf8=False,
        time_zone="Europe/Madrid",
        zone_source="person",
        sender="we@example.org",
        mime_sha256="0" * 64,
        rfc_message_id="<1@example.org>",
        template_version=1,
    )
    return message


def test_3_every_kind_of_fact_that_stops_is_one_of_these() -> None:
    assert set(STOPPING_NAMES) == {*ABOUT_SOMEBODY, *OF_A_STREAM}


def test_3_a_fact_of_any_stopping_kind_sends_the_message_back(dispatching: DispatcherInstallation) -> None:
    """About the profile that is watched; nobody else's message is touched, whatever id a customer has."""
    whose = {stored_name: uuid4() for stored_name in ABOUT_SOMEBODY}
    other, somebody = uuid4(), uuid4()
    for stored_name in ABOUT_SOMEBODY:
        appended(dispatching, stored_name, customer_id=whose[stored_name])
    for stored_name in OF_A_STREAM:
        appended(dispatching, stored_name)
    for named_like in (CAMPAIGN, *STREAMS.values()):
        appended(dispatching, "complaints.ComplaintOpened", customer_id=named_like)
    appended(dispatching, "customers.ProfileLinked", customer_id=uuid4(), other_profile_id=other)
    appended(dispatching, "touchpoints.TouchpointRecorded", customer_id=somebody)
    gone = handed_over(dispatching, [*whose.values(), other, somebody, uuid4()])
    assert {stored_name: went for stored_name, went in zip(whose, gone, strict=False) if went} == {}
    assert gone[len(whose) :] == [False, True, True]


def test_3_what_the_decision_has_read_does_not_send_the_message_back(
    dispatching: DispatcherInstallation,
) -> None:
    watched = uuid4()
    for position in (1, 2):
        appended(dispatching, "complaints.ComplaintOpened", customer_id=watched)
        assert handed_over(dispatching, [watched], read_position=position - 1) == [False]
    assert handed_over(dispatching, [watched], read_position=2) == [True]


@pytest.mark.parametrize("stored_name", OF_A_STREAM)
def test_3_a_pause_a_cancellation_or_another_policy_sends_every_message_back(
    dispatching: DispatcherInstallation, stored_name: str
) -> None:
    appended(dispatching, stored_name, originator_id=STREAMS[stored_name.partition(".")[0]])
    assert handed_over(dispatching, [uuid4(), uuid4()]) == [False, False]
