"""Whether a person allows a message at a contact point (docs/semantics.md, rules 29 and 33)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from domain.deciding.facts import Holding, Person, SaidConsent


class Standing(IntEnum):
    """What the newest saying about a scope amounts to; the higher, the more it restricts."""

    GRANTED = 0
    NOTHING_SAID = 1
    EXPIRED = 2
    OPTED_OUT_OF_TOPIC = 3
    WITHDRAWN = 4


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is asked about: always one channel and purpose, perhaps one topic, brand and contact point, perhaps
    every contact point with this address. Names are in their folded form."""

    channel: str
    purpose_folded: str
    topic_folded: str | None = None
    brand_folded: str | None = None
    contact_point_id: UUID | None = None
    address_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ConsentStanding:
    standing: Standing
    positions: tuple[int, ...] = ()


def consent_of(person: Person, scope: Scope, at: datetime) -> ConsentStanding:
    """The most restrictive of the profiles' standings.

    A profile's standing rests on what it said itself, and on what others said after they were joined to it.
    """
    covering = [said for said in person.consents if covers(said, scope)]
    joined = joined_at(person) if covering else {}
    found = [
        standing_of(newest, at)
        for profile in person.profiles
        if (newest := newest_of(s for s in covering if _counts_for(profile, s, joined))) is not None
    ]
    if not found:
        return ConsentStanding(standing=Standing.NOTHING_SAID)
    return _most_restrictive(found)


def binding_consent_of(person: Person, scope: Scope, at: datetime) -> ConsentStanding:
    """The person's own standing, or that of an address or number they hold, where it restricts more.

    A grant that was told by a held identifier may be somebody else's, so it allows nothing. What the person says
    later answers a withdrawal that was told by it.
    """
    held = (_kept_from(person, holding, scope, at) for holding in person.holdings)
    return _most_restrictive([consent_of(person, scope, at), *(kept for kept in held if kept is not None)])


def _most_restrictive(standings: Collection[ConsentStanding]) -> ConsentStanding:
    worst = max(one.standing for one in standings)
    positions = {position for one in standings if one.standing is worst for position in one.positions}
    return ConsentStanding(standing=worst, positions=tuple(sorted(positions)))


def _kept_from(person: Person, holding: Holding, scope: Scope, at: datetime) -> ConsentStanding | None:
    """What the newest saying about this scope amounts to if it was said of what they hold and withdraws."""
    later = (said for said in person.consents if said.position > holding.position)
    newest = newest_of(said for said in (*holding.consents, *later) if covers(said, scope))
    if newest is None or newest.granted or newest.customer_id != holding.profile_id:
        return None
    return standing_of(newest, at)


def joined_at(person: Person) -> dict[tuple[UUID, UUID], int]:
    """From which position on two profiles are one person, by the links that hold now, in both orders."""
    joined: dict[tuple[UUID, UUID], int] = {}
    groups = {profile: {profile} for profile in person.profiles}
    for link in sorted(person.links, key=lambda one: one.position):
        ours = groups.setdefault(link.profile_id, {link.profile_id})
        theirs = groups.setdefault(link.other_id, {link.other_id})
        if ours is theirs:
            continue
        for one in ours:
            for other in theirs:
                joined[one, other] = joined[other, one] = link.position
        merged = ours | theirs
        groups.update(dict.fromkeys(merged, merged))
    return joined


def covers(said: SaidConsent, scope: Scope) -> bool:
    """Whether what was said is about this scope; what it leaves out means all."""
    return (
        said.channel in (None, scope.channel)
        and said.purpose_folded in (None, scope.purpose_folded)
        and said.topic_folded in (None, scope.topic_folded)
        and said.brand_folded in (None, scope.brand_folded)
        and _covers_place(said, scope)
    )


def _covers_place(said: SaidConsent, scope: Scope) -> bool:
    if said.contact_point_id in (None, scope.contact_point_id):
        return True
    return scope.address_id is not None and said.address_id == scope.address_id


def newest_of(sayings: Iterable[SaidConsent]) -> SaidConsent | None:
    """The latest by when it was said; of two at one instant the withdrawal."""
    return max(sayings, key=lambda said: (said.said_at, not said.granted, said.position), default=None)


def standing_of(said: SaidConsent, at: datetime) -> ConsentStanding:
    if not said.granted:
        standing = Standing.OPTED_OUT_OF_TOPIC if said.topic is not None else Standing.WITHDRAWN
    elif said.expires_at is not None and said.expires_at <= at:
        standing = Standing.EXPIRED
    else:
        standing = Standing.GRANTED
    return ConsentStanding(standing=standing, positions=(said.position,))


def _counts_for(profile: UUID, said: SaidConsent, joined: Mapping[tuple[UUID, UUID], int]) -> bool:
    if said.customer_id == profile:
        return True
    return said.position > joined.get((profile, said.customer_id), said.position)
