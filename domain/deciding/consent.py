"""Whether a person allows a message at a contact point (docs/semantics.md, rules 29 and 33)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from domain.deciding.facts import ConsentStatement, Person, UnlinkedIdentifier


class Standing(IntEnum):
    """What the statements about a scope amount to. A higher value restricts more."""

    GRANTED = 0
    NOTHING_SAID = 1
    EXPIRED = 2
    OPTED_OUT_OF_TOPIC = 3
    WITHDRAWN = 4


@dataclass(frozen=True, kw_only=True)
class ConsentScope:
    """The scope that a decision asks about. Names are in their folded form.

    It always has one channel and one purpose. It may also name a topic and a brand, and a contact point, an
    address, or both. An address means every contact point with that address.
    """

    channel: str
    purpose_folded: str
    topic_folded: str | None = None
    brand_folded: str | None = None
    contact_point_id: UUID | None = None
    address_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ConsentStanding:
    """A standing, and the positions of the facts that it rests on."""

    standing: Standing
    positions: tuple[int, ...] = ()


NOTHING_SAID = ConsentStanding(standing=Standing.NOTHING_SAID)


def consent_of(person: Person, scope: ConsentScope, at: datetime) -> ConsentStanding:
    """Returns the most restrictive standing among those profiles for which a statement counts.

    If a statement counts for none of the person's profiles, the standing is NOTHING_SAID.
    The standing of a profile rests on its own statements, and on statements that other profiles of the person
    recorded after they were linked to it.
    """
    covering = [statement for statement in person.consents if covers(statement, scope)]
    if not covering:
        return NOTHING_SAID
    if len(covering) == 1:  # counts for its own profile, whichever others it counts for
        return standing_of(covering[0], at)
    newest = (
        newest_of(statement for statement in covering if _counts_for(profile, statement, person.joined))
        for profile in person.profiles
    )
    standings = [standing_of(statement, at) for statement in newest if statement is not None]
    return _most_restrictive(standings) if standings else NOTHING_SAID


def binding_consent_of(person: Person, scope: ConsentScope, at: datetime) -> ConsentStanding:
    """Returns the person's own standing, or that of an address or number they hold if it restricts more.

    A consent granted for a held address or number allows nothing, because another holder may have granted it. A
    statement of the person that was recorded after they began to hold it, with a later `said_at`, replaces a
    withdrawal for that address or number.
    """
    own = consent_of(person, scope, at)
    held = (_standing_of_unlinked(person, unlinked, scope, at) for unlinked in person.unlinked_identifiers)
    return _most_restrictive([own, *(standing for standing in held if standing is not None)])


def _most_restrictive(standings: Sequence[ConsentStanding]) -> ConsentStanding:
    if len(standings) == 1:
        return standings[0]
    worst = max(consent.standing for consent in standings)
    positions = {
        position for consent in standings if consent.standing is worst for position in consent.positions
    }
    return ConsentStanding(standing=worst, positions=tuple(sorted(positions)))


def _standing_of_unlinked(
    person: Person, unlinked: UnlinkedIdentifier, scope: ConsentScope, at: datetime
) -> ConsentStanding | None:
    """Returns the standing of the newest statement in this scope if it is a withdrawal for the held identifier."""
    later = (statement for statement in person.consents if statement.position > unlinked.position)
    newest = newest_of(statement for statement in (*unlinked.consents, *later) if covers(statement, scope))
    if newest is None or newest.granted or newest.customer_id != unlinked.profile_id:
        return None
    return standing_of(newest, at)


def covers(statement: ConsentStatement, scope: ConsentScope) -> bool:
    """Whether the statement applies to this scope. A field that the statement leaves out applies to all values.

    If the scope names an address, a statement at another contact point with the same address applies too.
    """
    return (
        statement.channel in (None, scope.channel)
        and statement.purpose_folded in (None, scope.purpose_folded)
        and statement.topic_folded in (None, scope.topic_folded)
        and statement.brand_folded in (None, scope.brand_folded)
        and _covers_place(statement, scope)
    )


def _covers_place(statement: ConsentStatement, scope: ConsentScope) -> bool:
    if statement.contact_point_id in (None, scope.contact_point_id):
        return True
    return scope.address_id is not None and statement.address_id == scope.address_id


def newest_of(statements: Iterable[ConsentStatement]) -> ConsentStatement | None:
    """Returns the statement with the latest `said_at`. Of two at the same instant, the withdrawal counts.

    Of two statements of one kind at one instant, the last recorded one counts.
    """
    return max(statements, key=_newness, default=None)


def newest_by_scope(statements: Iterable[ConsentStatement]) -> list[ConsentStatement]:
    """Returns of each profile the newest statement for each scope, in the log's order."""
    newest: dict[tuple[object, ...], ConsentStatement] = {}
    for statement in statements:
        scope = (
            statement.customer_id,
            statement.channel,
            statement.contact_point_id,
            statement.purpose_folded,
            statement.topic_folded,
            statement.brand_folded,
        )
        newest[scope] = max(newest.get(scope, statement), statement, key=_newness)
    return sorted(newest.values(), key=lambda statement: statement.position)


def _newness(statement: ConsentStatement) -> tuple[datetime, bool, int]:
    return statement.said_at, not statement.granted, statement.position


def standing_of(statement: ConsentStatement, at: datetime) -> ConsentStanding:
    """Returns the standing at this instant that one statement leads to."""
    if not statement.granted:
        standing = Standing.OPTED_OUT_OF_TOPIC if statement.topic is not None else Standing.WITHDRAWN
    elif statement.expires_at is not None and statement.expires_at <= at:
        standing = Standing.EXPIRED
    else:
        standing = Standing.GRANTED
    return ConsentStanding(standing=standing, positions=(statement.position,))


def _counts_for(profile: UUID, statement: ConsentStatement, joined: Mapping[tuple[UUID, UUID], int]) -> bool:
    """Whether the statement is the profile's own, or came after its profile was linked to this one."""
    if statement.customer_id == profile:
        return True
    return statement.position > joined.get((profile, statement.customer_id), statement.position)
