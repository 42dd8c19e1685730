"""Who holds which identifier and what that links: the profiles that one command touches, saved together.

What is decided on is read from the log, and from the profiles that the command itself has changed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from application.customers.clusters import EVERY_LINK, STATED_LINKS, Clusters
from application.customers.links import Links
from application.store import Store
from domain.customers.customer import Customer
from domain.customers.errors import LinkNotFound
from domain.customers.profile import How, Profile
from domain.facts import Circumstances
from domain.identifiers import LINKING_KINDS, Identifier, is_blocked, strong_kind
from domain.identifiers.profile_ids import is_profile_id

StrongIds = defaultdict[str, set[UUID]]
"""The profiles that the external ids of a person stand for, by the source that numbers."""


class Holdings:
    """A unit of work of one command."""

    def __init__(self, store: Store, links: Links, circumstances: Circumstances) -> None:
        self._store = store
        self._links = links
        self.circumstances = circumstances
        self._profiles: dict[UUID, Profile] = {}
        self._clusters = Clusters(links, self._profiles)
        self.walked: set[UUID] = set()
        """The profiles whose stated links something was decided on."""

    @property
    def changed(self) -> tuple[Profile, ...]:
        """The profiles of which something is to be saved."""
        return tuple(profile for profile in self._profiles.values() if profile.pending_events)

    def open(self, profile_ids: Iterable[UUID]) -> None:
        """Reads these profiles at once."""
        unread = [one for one in dict.fromkeys(profile_ids) if one not in self._profiles]
        if not unread:
            return
        found = self._store.find_all(Profile, unread)
        for profile_id in unread:
            self._profiles[profile_id] = found.get(profile_id) or Profile.of(profile_id)
            if is_profile_id(profile_id):
                self._clusters.note_complete(profile_id)

    def begin(self, customer_id: UUID) -> None:
        """The id was made for a new customer: no fact can name it yet, so nothing is read."""
        self._profiles[customer_id] = Profile.of(customer_id)
        self._clusters.note_complete(customer_id)

    def hold(self, customer: Customer, profile_id: UUID, identifier: Identifier) -> None:
        """The customer holds this identifier. A value everybody shares, or of a weak kind, says nothing."""
        if identifier.kind not in LINKING_KINDS or is_blocked(identifier):
            return
        profile = self._profile(profile_id)
        profile.hold(
            customer.id,
            self.circumstances,
            self._person_of(profile, (*profile.holders, customer.id)),
            contradicts=self._contradicts(customer, profile, identifier),
        )

    def release(self, customer_id: UUID, profile_id: UUID) -> None:
        """The customer no longer holds the identifier that this profile stands for."""
        profile = self._profile(profile_id)
        profile.release(customer_id, self.circumstances)
        self._settle(profile)

    def link(self, profile_id: UUID, customer_id: UUID) -> None:
        """Somebody states that the profile is this customer. SelfLink."""
        if self._profile(customer_id).links.get(profile_id) is How.STATED:
            return
        self._profile(profile_id).link(customer_id, self.circumstances)
        self.settle_around([customer_id])

    def unlink(self, profile_id: UUID, customer_id: UUID) -> None:
        """Somebody states that the profile is not this customer. LinkNotFound."""
        linked = [
            (profile, other)
            for one, other in ((profile_id, customer_id), (customer_id, profile_id))
            if other in (profile := self._profile(one)).links
        ]
        if not linked:
            raise LinkNotFound()
        for profile, other in linked:
            profile.unlink(other, self.circumstances)
        self.settle_around([customer_id, profile_id])

    def settle_around(self, profile_ids: Iterable[UUID]) -> None:
        """Settles every identifier that somebody holds whom stated links join to one of these profiles."""
        people: set[UUID] = set()
        for one in profile_ids:
            people |= set() if one in people else self._clusters.joined(one, STATED_LINKS)
        self.walked |= people
        held = self._links.held_by(people) | {
            one for one, profile in self._profiles.items() if people & profile.holders.keys()
        }
        self.open(sorted(held))
        for profile_id in sorted(held):
            self._settle(self._profiles[profile_id])

    def _profile(self, profile_id: UUID) -> Profile:
        self.open([profile_id])
        return self._profiles[profile_id]

    def _settle(self, profile: Profile) -> None:
        profile.settle(self.circumstances, self._person_of(profile, tuple(profile.holders)))

    def _person_of(self, profile: Profile, holders: tuple[UUID, ...]) -> frozenset[UUID]:
        """The first holder, and all profiles that stated links join to that holder.

        Reads nothing for a sole holder of a profile without stated links: nobody else is asked about.
        """
        if len(holders) < 2 and not (holders and profile.is_stated):
            return frozenset(holders)
        person = self._clusters.joined(holders[0], STATED_LINKS)
        self.walked |= person
        return person

    # Two people with different values of one strong kind are not merged by a machine (docs/semantics.md, rule 30)

    def _contradicts(self, customer: Customer, profile: Profile, identifier: Identifier) -> bool:
        """Whether linking would join two values of one strong kind."""
        if strong_kind(identifier) is None and not profile.is_stated:
            return False
        person = self._clusters.joined(customer.id, EVERY_LINK)
        if profile.id in person:
            return False
        ours = self._strong_ids(person - {customer.id})
        for number, source in customer.numbered_before(profile.id).items():
            ours[source].add(number)
        theirs = self._strong_ids(self._clusters.joined(profile.id, EVERY_LINK))
        if strong_kind(identifier) is not None:
            theirs[identifier.source].add(profile.id)
        return any(theirs[source] not in (set(), ours[source]) for source in ours if ours[source])

    def _strong_ids(self, members: Collection[UUID]) -> StrongIds:
        found: StrongIds = defaultdict(set)
        for customer in self._store.find_all(Customer, members).values():
            for profile_id, source in customer.external_ids.items():
                found[source].add(profile_id)
        return found
