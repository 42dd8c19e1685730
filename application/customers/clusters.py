"""Finds the profiles of one person by following the current links."""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from application.customers.links import Links, StoredLink
from domain.customers.profile import How, Profile

EVERY_LINK = frozenset(How)
STATED_LINKS = frozenset({How.STATED})


class Clusters:
    """Reads links from the log, each once, with all links around it.

    The links of the profiles in `in_hand` are taken from these aggregates, which may have unsaved changes.
    """

    def __init__(self, links: Links, in_hand: Mapping[UUID, Profile]) -> None:
        self._links = links
        self._in_hand = in_hand
        self._read: dict[UUID, set[StoredLink]] = {}

    def note_complete(self, profile_id: UUID) -> None:
        """Notes that no link of this profile has to be read from the log.

        Links point only at registered customers, so all links of an identifier's profile are in its own stream. A new
        customer has no links yet.
        """
        self._read[profile_id] = set()

    def joined(self, start: UUID, hows: Collection[How]) -> frozenset[UUID]:
        """Returns the profile and all profiles that such links join to it, directly or over others."""
        joined: set[UUID] = set()
        frontier = {start}
        while frontier:
            joined |= frontier
            links = (link for link in self._around(frontier) if link.how in hows)
            frontier = {end for link in links for end in (link.profile_id, link.other_id)} - joined
        return frozenset(joined)

    def _around(self, profile_ids: Collection[UUID]) -> set[StoredLink]:
        self._read_links([one for one in profile_ids if one not in self._read])
        stored = {link for one in profile_ids for link in self._read[one]}
        now = {
            link for link in self._of_those_in_hand() if {link.profile_id, link.other_id} & set(profile_ids)
        }
        return {link for link in stored if link.profile_id not in self._in_hand} | now

    def _read_links(self, profile_ids: Collection[UUID]) -> None:
        """Reads the links of these profiles and of all profiles ever linked to them. A chain costs one reading."""
        self._read.update((one, set()) for one in profile_ids)
        links = self._links.around(profile_ids) if profile_ids else ()
        around = {end for link in links for end in (link.profile_id, link.other_id)} - self._read.keys()
        unread = around | set(profile_ids)
        self._read.update((one, set()) for one in around)
        for link in links:
            for end in {link.profile_id, link.other_id} & unread:
                self._read[end].add(link)

    def _of_those_in_hand(self) -> Iterator[StoredLink]:
        for profile_id, profile in self._in_hand.items():
            for other, how in profile.links.items():
                yield StoredLink(profile_id=profile_id, other_id=other, how=how)
