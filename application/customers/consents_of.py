"""Loads the consents of a profile for a command that adds to them."""

from uuid import UUID

from application.store import Store, StreamUnreadable
from domain.customers.consents import Consents


def consents_of(store: Store, profile_id: UUID) -> Consents:
    """Returns the consents of a profile from the log. Raises StreamUnreadable."""
    return store.find(Consents, profile_id) or Consents.before_first_fact(profile_id)


def consents_to_stop(store: Store, profile_id: UUID) -> Consents:
    """Returns the consents of a profile for a withdrawal, which is stored even if earlier facts are unreadable."""
    try:
        return consents_of(store, profile_id)
    except StreamUnreadable as damaged:
        return Consents.before_first_fact(profile_id, version=damaged.version)
