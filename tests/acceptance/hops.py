"""Dispatchers whose next hop and log do as a script says."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg

from application.dispatch.ports import (
    PendingHandover,
    dispatcher_circumstances,
)
from application.mail import Delivery, OutgoingMail, SendResult
from domain.errors import StoreUnavailable
from domain.messages.message import Message
from tests.world import World


class ScriptedHop:
    """A next hop that does as it is told for some addresses and accepts all others."""

    name = "smtp"

    def __init__(self, for_address: str, *results: SendResult | Callable[[], Delivery]) -> None:
        self._results = {for_address: list(results)}
        self.sent: list[OutgoingMail] = []

    def script(self, address: str, *results: SendResult | Callable[[], Delivery]) -> None:
        self._results[address] = list(results)

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        if results := self._results.get(mail.recipient):
            result = results.pop(0)
            return Delivery(result=result) if isinstance(result, SendResult) else result()
        self.sent.append(mail)
        return Delivery(result=SendResult.ACCEPTED, code=250, reply="ok")

    def close(self) -> None: ...


def outcomes(world: World, run_id: UUID) -> dict[str, int]:
    run = world.run(run_id)
    assert run["balanced"] is True
    return {outcome: n for outcome, n in run["outcomes"].items() if n}


class CutHandovers:
    """The first answer of the log's lock is lost on its way, before or after it was committed."""

    def __init__(self, real: Any, *, committed: bool) -> None:
        self._real = real
        self._committed = committed
        self._lost = False

    def hand_over(self, pending: Any, **of: Any) -> list[int | None]:
        if self._lost:
            found: list[int | None] = self._real.hand_over(pending, **of)
            return found
        self._lost = True
        if self._committed:
            self._real.hand_over(pending, **of)
        raise StoreUnavailable


class Killed(BaseException):
    """Ends the dispatcher as a kill would: nothing after it runs."""


def release_lease(world: World) -> None:
    """As if the lease of the one that died had run out."""
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("update operation.leases set expires_at = '-infinity'")


def a_handover(world: World, person: UUID, campaign_id: UUID, run_id: UUID) -> PendingHandover:
    message = Message.about(run_id, campaign_id, person, person, "email")
    message.hand_over(
        dispatcher_circumstances(world.clock.now(), run_id),
        channel="email",
        contact_point_id=person,
        address_id=person,
        epoch=1,
        read_position=0,
        policy_version=1,
        rules_version=1,
        smtputf8=False,
        time_zone="UTC",
        zone_source="installation",
        sender="we@example.org",
        mime_sha256="",
        template_version=1,
        rfc_message_id="<a@b>",
    )
    return PendingHandover(message=message, watched=frozenset({person}))
