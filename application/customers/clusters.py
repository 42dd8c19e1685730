"""Who is one person: the profiles that links join, walked along the links that hold."""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from application.customers.links import Link, Links
from domain.customers.profile import How, Profile

EVERY_LINK = frozenset(How)
STATED_LINKS = frozenset({How.STATED})


class Clusters:
    """Links as the log has them, those of the profiles in hand as they are now. Reads each once, with all around it."""

    def __init__(self, links: Links, in_hand: Mapping[UUID, Profile]) -> None:
        self._links = links
        self._in_hand = in_hand
        self._read: dict[UUID, set[Link]] = {}

    def note_complete(self, profile_id: UUID) -> None:
        """This profile is in hand, and no other links to it: others link only to customers."""
        self._read[profile_id] = set()

    def joined(self, start: UUID, hows: Collection[How]) -> frozenset[UUID]:
        """The profile and all that such links join to it."""
        joined: set[UUID] = set()
        frontier = {start}
        while frontier:
            joined |= frontier
            links = (link for link in self._around(frontier) if link.how in hows)
            frontier = {end for link in links for end in (link.profile_id, link.other_id)} - joined
        return frozenset(joined)

    def _around(self, profile_ids: Collection[UUID]) -> set[Link]:
        self._read_links([one for one in profile_ids if one not in self._read])
        stored = {link for one in profile_ids for link in self._read[one]}
        now = {
            link for link in self._of_those_in_hand() if {link.profile_id, link.other_id} & set(profile_ids)
        }
        return {link for link in stored if link.profile_id not in self._in_hand} | now

    def _read_links(self, profile_ids: Collection[UUID]) -> None:
        """Of these and, at once, of all that was ever linked with them: a chain costs one reading."""
        self._read.update((one, set()) for one in profile_ids)
        links = self._links.around(profile_ids) if profile_ids else ()
        around = {end for link in links for end in (link.profile_id, link.other_id)} - self._read.keys()
        unread = around | set(profile_ids)
        self._read.update((one, set()) for one in around)
        for link in links:
            for end in {link.profile_id, link.other_id} & unread:
                self._read[end].add(link)

    def _of_those_in_hand(self) -> Iterator[Link]:
        for profile_id, profile in self._in_hand.items():
            for other, how in profile.links.items():
                yield Link(profile_id=profile_id, other_id=other, how=how)
