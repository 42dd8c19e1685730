"""Schemas that several contexts share."""

from typing import ClassVar

from application.customers.whose import GivenIdentifier
from domain.identifiers import NAMED_BY_CLIENTS, IdentifierKind
from interfaces.http.schemas.base import BodyIn, BodyOut, QueryIn, exactly_one
from interfaces.http.schemas.fields import (
    Digits,
    Flag,
    Id,
    Instant,
    Many,
    Part,
    Position,
    QueriedInstant,
    Text,
    Word,
)

LONGEST_CURSOR = 500
NUMBERED = {"dependentRequired": {"number": ["source"]}}
"""The rule that a number names the source that gave it."""


class StatementIn(BodyIn):
    """When the fact occurred (default: now), and for which brand and division."""

    occurred_at = Instant()
    brand = Text()
    division = Text()


class NothingIn(BodyIn):
    """A body without fields."""


class IdentifierIn(BodyIn):
    """An identifier of a customer. An external id needs the source that gave the number."""

    kind = Word(NAMED_BY_CLIENTS, required=True)
    value = Text(required=True, longest=512)
    source = Text()
    rules: ClassVar = {
        "if": {"properties": {"kind": {"const": IdentifierKind.EXTERNAL_ID.value}}},
        "then": {"required": ["source"]},
    }
    makes: ClassVar = GivenIdentifier


class CustomerStatementIn(StatementIn):
    """The customer of a statement: exactly one of `customer_id` and `identifier`."""

    customer_id = Id()
    identifier = Part(IdentifierIn)
    rules: ClassVar = exactly_one("customer_id", "identifier")


class NoQuery(QueryIn):
    """A query without parameters."""


class MomentQuery(QueryIn):
    """The moment that the question is about. With both instants, a fact counts only if it meets both conditions.

    `known_at`: what was known then, from the facts recorded at or before it. `as_of`: what was true then, from the
    facts dated at or before it, whenever they were recorded. A fact is dated by the earlier of its two instants.
    """

    known_at = QueriedInstant()
    as_of = QueriedInstant()


class PageQuery(QueryIn):
    """The page of a list: `cursor` is the `next_cursor` of the page before."""

    limit = Digits(low=1, high=500, load_default=50)
    cursor = Text(longest=LONGEST_CURSOR, pattern="^[A-Za-z0-9_-]+$")


class PageMomentQuery(PageQuery, MomentQuery):
    """The page of a list, and the moment that the question is about."""


class StoredOut(BodyOut):
    """The answer to every command. `duplicate`: the same content was recorded before."""

    position = Position(required=True)
    duplicate = Flag()


class UndeclaredNameOut(BodyOut):
    """A name that is not declared, where it stands in the request, and the declared name that is most like it."""

    path = Text(required=True)
    name = Text(required=True)
    nearest = Text(required=True, allow_none=True)


class StopStoredOut(StoredOut):
    """The answer to a command that is never refused for a name.

    `undeclared_names` lists the names that were stored as they were sent. A withdrawal or a suppression with such a
    name stops only what has the same name: if another name was meant, send one with that name, too.
    """

    undeclared_names = Many(Part(UndeclaredNameOut), required=True)


class PausedProjectionOut(BodyOut):
    """A projection that the answer reads and that is paused, or needs a paused one.

    It has not folded facts after `position`.
    """

    name = Text(required=True)
    position = Position(required=True)


class ReadOut(BodyOut):
    """The answer to a question. `paused_projections` is absent if there are none."""

    paused_projections = Many(Part(PausedProjectionOut))


class PageOut(ReadOut):
    """A page of a list. The last page has no `next_cursor`."""

    next_cursor = Text(allow_none=True, longest=LONGEST_CURSOR)
