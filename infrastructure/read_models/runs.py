"""The reading port of the dispatcher: runs, their members, and the addressees of messages."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from application.dispatch.ports import OpenRun, WaitingMember
from application.rendering import Addressee
from domain.customers.details import Channel
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms
from infrastructure.read_models.opening import PooledDecisionReading
from projections.campaigns import dispatching
from projections.customers import reading as customers
from projections.decision_facts.reading import rests_on
from projections.engine.runner import head, position_of


class PooledRunReading(PooledDecisionReading):
    """The RunReading port of the dispatcher."""

    def position(self, *, membership: bool = False) -> int:
        with self._reading.snapshot() as connection:
            return position_of(connection, rests_on(membership))

    def head(self) -> int:
        with self._reading.snapshot() as connection:
            return head(connection)

    def open_runs(self, now: datetime) -> list[OpenRun]:
        with self._reading.snapshot() as connection:
            return [OpenRun(**row) for row in dispatching.open_runs(connection, now)]

    def anything_open(self) -> bool:
        with self._reading.snapshot() as connection:
            return dispatching.anything_open(connection)

    def waiting(self, run_id: UUID, now: datetime, limit: int) -> list[WaitingMember]:
        with self._reading.snapshot() as connection:
            return [WaitingMember(**row) for row in dispatching.waiting(connection, run_id, now, limit)]

    def anyone_open(self, run_id: UUID) -> bool:
        with self._reading.snapshot() as connection:
            return dispatching.anyone_open(connection, run_id)

    def addressees(self, contact_points: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Addressee]:
        profiles = {profile for profile, _ in contact_points}
        with self._reading.snapshot() as connection:
            profiles_by_id = {
                p.customer_id: p for p in customers.profiles(connection, self._reading.cipher, profiles)
            }
        return {
            (profile, point_id): _addressee(profiles_by_id[profile], point_id)
            for profile, point_id in contact_points
        }

    def handed_over(self, *, before_epoch: int) -> list[UUID]:
        with self._reading.snapshot() as connection:
            return dispatching.handed_over(connection, before_epoch=before_epoch)


def _addressee(profile: customers.RegisteredProfile, contact_point_id: UUID) -> Addressee:
    """Returns the address of the profile, and the values that a template may use."""
    point = next((p for p in profile.contact_points if p.contact_point_id == contact_point_id), None)
    address = point.value if point is not None and isinstance(point.value, str) else None
    return Addressee(
        address=mail_address(address) if address and point and point.channel == Channel.EMAIL else address,
        values={
            "name": profile.name,
            "language": profile.language,
            "country": profile.country,
            "attributes": profile.attributes,
        },
    )


def mail_address(address: str) -> str:
    """Returns the address for SMTP: the local part as the client wrote it, and the domain in A-labels."""
    local, _, _ = address.rpartition("@")
    _, _, domain = LibraryNormalForms().email(address).rpartition("@")
    return f"{local}@{domain}"
