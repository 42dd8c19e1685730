"""Keeps which customers hold which identifiers, and the links that follow from it.

One command may change several profiles, which are saved together. Decisions about links rest on the log and on the
profiles that the command itself has changed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from application.customers.clusters import ANY_BASIS, STATED_ONLY, Clusters
from application.customers.profile_links import ProfileLinks
from application.store import Store
from domain.customers.customer import Customer
from domain.customers.errors import LinkNotFound
from domain.customers.events import LinkBasis
from domain.customers.profile import Profile
from domain.facts import Circumstances
from domain.identifiers import LINKING_KINDS, Identifier, is_blocked, strong_kind
from domain.identifiers.profile_ids import is_identifier_profile_id

StrongIds = defaultdict[str, set[UUID]]
"""The ids of the profiles of a person's external ids, by the source of the external ids."""


class IdentifierHolders:
    """The profiles that one command works on, and their changes."""

    def __init__(self, store: Store, links: ProfileLinks, circumstances: Circumstances) -> None:
        self._store = store
        self._links = links
        self.circumstances = circumstances
        self._profiles: dict[UUID, Profile] = {}
        self._clusters = Clusters(links, self._profiles)
        self.settled_around: set[UUID] = set()
        """The profiles around which this command settled links. Another command may have changed links there."""

    @property
    def changed(self) -> tuple[Profile, ...]:
        """The profiles with pending facts."""
        return tuple(profile for profile in self._profiles.values() if profile.pending_events)

    def open(self, profile_ids: Iterable[UUID]) -> None:
        """Reads those of these profiles that were not read before, all at once."""
        unread = [profile_id for profile_id in dict.fromkeys(profile_ids) if profile_id not in self._profiles]
        if not unread:
            return
        stored = self._store.find_all(Profile, unread)
        for profile_id in unread:
            self._profiles[profile_id] = stored.get(profile_id) or Profile.before_first_fact(profile_id)
            if is_identifier_profile_id(profile_id):
                self._clusters.note_complete(profile_id)

    def begin(self, customer_id: UUID) -> None:
        """Starts the profile of a new customer. No fact can name its new id yet, so nothing is read."""
        self._profiles[customer_id] = Profile.before_first_fact(customer_id)
        self._clusters.note_complete(customer_id)

    def add(self, customer: Customer, profile_id: UUID, identifier: Identifier) -> None:
        """Records that the customer holds this identifier.

        Does nothing for a kind that never links, such as a postal address, or for a blocked value, one that many
        people share.
        """
        if identifier.kind not in LINKING_KINDS or is_blocked(identifier):
            return
        profile = self._profile(profile_id)
        profile.add_holder(
            customer.id,
            self.circumstances,
            self._joined_to_first(profile, (*profile.holders, customer.id)),
            contradicts=self._contradicts(customer, profile, identifier),
        )

    def are_shared(self, profile_ids: Iterable[UUID]) -> bool:
        """Whether one of these profiles has several holders."""
        return any(len(self._profile(profile_id).holders) > 1 for profile_id in profile_ids)

    def remove(self, customer_id: UUID, profile_id: UUID) -> None:
        """Records that the customer no longer holds this profile's identifier."""
        profile = self._profile(profile_id)
        profile.remove_holder(customer_id, self.circumstances)
        self._settle(profile)

    def link(self, profile_id: UUID, customer_id: UUID) -> bool:
        """Links a profile to this customer, because somebody asked for it. Raises SelfLink.

        Returns whether the link is new.
        """
        if self._profile(customer_id).links.get(profile_id) is LinkBasis.STATED:
            return False
        profile = self._profile(profile_id)
        profile.link(customer_id, self.circumstances)
        is_new = bool(profile.pending_events)
        self.settle_around([customer_id])
        return is_new

    def unlink(self, profile_id: UUID, customer_id: UUID) -> None:
        """Ends the link at the request of a user, also a link by an identifier. Raises LinkNotFound.

        If the customer holds the profile's identifier and the link was stated, the identifier makes a link again at
        once, by the rule of `Profile.settle`.
        """
        linked = [
            (profile, other)
            for profile_id, other in ((profile_id, customer_id), (customer_id, profile_id))
            if other in (profile := self._profile(profile_id)).links
        ]
        if not linked:
            raise LinkNotFound()
        for profile, other in linked:
            profile.unlink(other, self.circumstances)
        self.settle_around([customer_id, profile_id])

    def settle_around(self, profile_ids: Iterable[UUID]) -> None:
        """Settles the links of every identifier whose holder is joined to one of these profiles by stated links."""
        people: set[UUID] = set()
        for profile_id in profile_ids:
            if profile_id not in people:
                people |= self._clusters.joined(profile_id, STATED_ONLY)
        self.settled_around |= people
        held = self._links.profiles_naming(people) | {
            profile_id for profile_id, profile in self._profiles.items() if people & profile.holders.keys()
        }
        self.open(sorted(held))
        for profile_id in sorted(held):
            self._settle(self._profiles[profile_id])

    def _profile(self, profile_id: UUID) -> Profile:
        self.open([profile_id])
        return self._profiles[profile_id]

    def _settle(self, profile: Profile) -> None:
        profile.settle(self.circumstances, self._joined_to_first(profile, tuple(profile.holders)))

    def _joined_to_first(self, profile: Profile, holders: tuple[UUID, ...]) -> frozenset[UUID]:
        """Returns the first holder and all profiles that stated links join to that holder.

        If a profile without stated links has a single holder, only that holder matters, and nothing is read.
        """
        if len(holders) < 2 and not (holders and profile.has_stated_link):
            return frozenset(holders)
        person = self._clusters.joined(holders[0], STATED_ONLY)
        self.settled_around |= person
        return person

    # Farley never merges two people by itself if they have different values of one strong kind (docs/semantics.md, 30)

    def _contradicts(self, customer: Customer, profile: Profile, identifier: Identifier) -> bool:
        """Whether a link would give one person two different values of one strong kind of identifier."""
        if strong_kind(identifier) is None and not profile.has_stated_link:
            return False
        person = self._clusters.joined(customer.id, ANY_BASIS)
        if profile.id in person:
            return False
        ours = self._strong_ids(person - {customer.id})
        for number, source in customer.numbered_before(profile.id).items():
            ours[source].add(number)
        theirs = self._strong_ids(self._clusters.joined(profile.id, ANY_BASIS))
        if strong_kind(identifier) is not None:
            theirs[identifier.source].add(profile.id)
        return any(theirs[source] not in (set(), ours[source]) for source in ours if ours[source])

    def _strong_ids(self, profile_ids: Collection[UUID]) -> StrongIds:
        strong_ids: StrongIds = defaultdict(set)
        customer_ids = [known for known in profile_ids if not is_identifier_profile_id(known)]
        for customer in self._store.find_all(Customer, customer_ids).values() if customer_ids else ():
            for profile_id, source in customer.external_ids.items():
                strong_ids[source].add(profile_id)
        return strong_ids
