"""Finds the profiles of one person by following the current links."""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from application.customers.profile_links import ProfileLink, ProfileLinks
from domain.customers.events import LinkBasis
from domain.customers.profile import Profile

ANY_BASIS = frozenset(LinkBasis)
STATED_ONLY = frozenset({LinkBasis.STATED})


class Clusters:
    """Reads links from the log, each once, with all links around it.

    The links of the profiles in `in_hand` are taken from these aggregates, which may have unsaved changes.
    """

    def __init__(self, links: ProfileLinks, in_hand: Mapping[UUID, Profile]) -> None:
        self._links = links
        self._in_hand = in_hand
        self._read: dict[UUID, set[ProfileLink]] = {}

    def note_complete(self, profile_id: UUID) -> None:
        """Notes that no link of this profile has to be read from the log.

        Links point only at registered customers, so all links of an identifier's profile are in its own stream. A new
        customer has no links yet.
        """
        self._read[profile_id] = set()

    def joined(self, start: UUID, bases: Collection[LinkBasis]) -> frozenset[UUID]:
        """Returns the profile and all profiles that such links join to it, directly or over others."""
        joined: set[UUID] = set()
        frontier = {start}
        while frontier:
            joined |= frontier
            links = (link for link in self._around(frontier) if link.basis in bases)
            frontier = {end for link in links for end in (link.profile_id, link.other_id)} - joined
        return frozenset(joined)

    def _around(self, profile_ids: Collection[UUID]) -> set[ProfileLink]:
        self._read_links([profile_id for profile_id in profile_ids if profile_id not in self._read])
        stored = {link for profile_id in profile_ids for link in self._read[profile_id]}
        now = {
            link for link in self._of_those_in_hand() if {link.profile_id, link.other_id} & set(profile_ids)
        }
        return {link for link in stored if link.profile_id not in self._in_hand} | now

    def _read_links(self, profile_ids: Collection[UUID]) -> None:
        """Reads the links of these profiles and of all profiles ever linked to them. A chain costs one reading."""
        self._read.update((profile_id, set()) for profile_id in profile_ids)
        links = self._links.around(profile_ids) if profile_ids else ()
        around = {end for link in links for end in (link.profile_id, link.other_id)} - self._read.keys()
        unread = around | set(profile_ids)
        self._read.update((profile_id, set()) for profile_id in around)
        for link in links:
            for end in {link.profile_id, link.other_id} & unread:
                self._read[end].add(link)

    def _of_those_in_hand(self) -> Iterator[ProfileLink]:
        for profile_id, profile in self._in_hand.items():
            for other, basis in profile.links.items():
                yield ProfileLink(profile_id=profile_id, other_id=other, basis=basis)
