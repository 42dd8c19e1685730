"""What was said about consent on a profile, for a command that says more."""

from uuid import UUID

from application.store import Store, StreamUnreadable
from domain.customers.consents import Consents


def consents_of(store: Store, profile_id: UUID) -> Consents:
    """As the log has them. StreamUnreadable."""
    return store.find(Consents, profile_id) or Consents.of(profile_id)


def consents_to_stop(store: Store, profile_id: UUID) -> Consents:
    """The same for a withdrawal, which is stored even behind facts that cannot be read."""
    try:
        return consents_of(store, profile_id)
    except StreamUnreadable as damaged:
        return Consents.of(profile_id, version=damaged.version)
