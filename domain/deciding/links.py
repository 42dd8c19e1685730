"""The links that make several profiles one person, and when they did."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link between two profiles of one person, and the position of the fact that linked them."""

    profile_id: UUID
    other_id: UUID
    position: int


def joined_at(profiles: Iterable[UUID], links: Iterable[Link]) -> dict[tuple[UUID, UUID], int]:
    """Returns for each pair of profiles the position at which the current links first made them one person.

    Each pair is a key in both orders.
    """
    joined: dict[tuple[UUID, UUID], int] = {}
    groups = {profile: {profile} for profile in profiles}
    for link in sorted(links, key=lambda link: link.position):
        ours = groups.setdefault(link.profile_id, {link.profile_id})
        theirs = groups.setdefault(link.other_id, {link.other_id})
        if ours is theirs:
            continue
        for our_id in ours:
            for their_id in theirs:
                joined[our_id, their_id] = joined[their_id, our_id] = link.position
        merged = ours | theirs
        groups.update(dict.fromkeys(merged, merged))
    return joined
