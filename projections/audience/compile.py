"""Compiles criteria to SQL. Fields and operators are looked up in fixed tables; every value is a parameter.

Each leaf is true or false, never null: a comparison with an unknown value is false.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from psycopg.sql import SQL, Composable, Composed, Identifier, Placeholder

from domain.criteria import AllOf, AnyOf, Compare, Criteria, Did, InSegment, Not, Spent
from domain.criteria.fields import ATTRIBUTE_PREFIX, BOOLEAN, DATE, INSTANT, NUMBER, TEXT

COLUMNS = {
    "kind": SQL('f.kind collate "C"'),
    "language": SQL('f.language collate "C"'),
    "country": SQL('f.country collate "C"'),
    "time_zone": SQL('f.time_zone collate "C"'),
    "year_of_birth": SQL("f.year_of_birth"),
    "registered_at": SQL("f.registered_at"),
    "order_count": SQL("f.order_count"),
    "last_order_at": SQL("f.last_order_at"),
    "touchpoint_count": SQL("f.touchpoint_count"),
    "last_touchpoint_at": SQL("f.last_touchpoint_at"),
    "open_complaints": SQL("f.open_complaints"),
    "complaint_count": SQL("f.complaint_count"),
    "last_complaint_at": SQL("f.last_complaint_at"),
    "campaign_contacts": SQL("f.campaign_contacts"),
    "last_contact_at": SQL("f.last_contact_at"),
    "campaign_responses": SQL("f.campaign_responses"),
}
"""The column of each field that criteria may name."""

COMPARE = {
    "eq": SQL(" = "),
    "ne": SQL(" <> "),
    "lt": SQL(" < "),
    "le": SQL(" <= "),
    "gt": SQL(" > "),
    "ge": SQL(" >= "),
}
_TYPES = {
    TEXT: SQL("text"),
    NUMBER: SQL("numeric"),
    BOOLEAN: SQL("boolean"),
    DATE: SQL("date"),
    INSTANT: SQL("timestamptz"),
}
_JSON_TYPES = {
    TEXT: SQL("'string'"),
    NUMBER: SQL("'number'"),
    BOOLEAN: SQL("'boolean'"),
    DATE: SQL("'string'"),
    INSTANT: SQL("'string'"),
}
_DID_ONCE = SQL("(f.person_id in (select a.person_id from audience_activity a where {conditions}))")
_DID_OFTEN = SQL("""(f.person_id in (
    select a.person_id from audience_activity a where {conditions}
    group by a.person_id having count(*) >= {at_least}::bigint
))""")
_SPENT_LATELY = SQL("""
left join (
    select p.person_id, sum(o.amount) as spent
    from audience_order o join audience_profile p using (customer_id)
    where o.currency = {currency}::text and o.placed_at > {after}::timestamptz
    group by p.person_id
) {history} on {history}.person_id = f.person_id""")

Compiled = tuple[Composed, dict[str, Any]]
Word = Literal[" and ", " or "]


def compile(criteria: Criteria, *, at: datetime, currency: str) -> Compiled:
    """Returns a statement that selects the `person_id` of everyone who meets the criteria, and its parameters.

    `at`: the instant from which `within_days` counts back. `currency`: the currency of a `spent` without one.
    """
    statement = _Statement(at, currency)
    condition = statement.condition(criteria)
    select = SQL("select f.person_id from audience_fact f{joins}\nwhere {condition}")
    joins = Composed(list(statement.joins.values()))
    return select.format(joins=joins, condition=condition), statement.parameters


def compile_sizes(several: Sequence[Criteria], *, at: datetime, currency: str) -> Compiled:
    """Returns a statement that counts everyone who meets each of the criteria, as n0, n1 and so on; see `compile`."""
    statement = _Statement(at, currency)
    counts = [
        SQL("count(*) filter (where {}) as {}").format(statement.condition(criteria), Identifier(f"n{index}"))
        for index, criteria in enumerate(several)
    ]
    select = SQL("select {counts} from audience_fact f{joins}")
    joins = Composed(list(statement.joins.values()))
    return select.format(counts=SQL(", ").join(counts), joins=joins), statement.parameters


class _Statement:
    """Builds one statement. Leaves about what was spent lately in the same days share one join."""

    def __init__(self, at: datetime, currency: str) -> None:
        self._at = at
        self._currency = currency
        self.parameters: dict[str, Any] = {}
        self.joins: dict[Spent, Composed] = {}

    def condition(self, criteria: Criteria) -> Composable:
        match criteria:
            case AllOf(items=items):
                return self._joined(items, " and ", SQL("true"))
            case AnyOf(items=items):
                return self._joined(items, " or ", SQL("false"))
            case Not(item=item):
                return SQL("(not {})").format(self.condition(item))
            case InSegment(criteria=inner):
                return self.condition(inner)
            case Compare():
                return self._compare(criteria)
            case Did():
                return self._did(criteria)
        return self._spent(criteria)

    def _joined(self, items: tuple[Criteria, ...], word: Word, of_none: SQL) -> Composable:
        if not items:
            return of_none
        return SQL("({})").format(SQL(word).join(map(self.condition, items)))

    def _compare(self, leaf: Compare) -> Composable:
        column = COLUMNS.get(leaf.field) or self._attribute(leaf)
        if leaf.op == "exists":
            return SQL("({} is not null)" if leaf.value else "({} is null)").format(column)
        value, type_ = self._parameter(leaf.value), _TYPES[leaf.type]
        if leaf.op == "in":
            return SQL("(({} = any({}::{}[])) is true)").format(column, value, type_)
        if leaf.op == "contains":
            return SQL("((strpos({}, {}::text) > 0) is true)").format(column, value)
        return SQL("(({}{}{}::{}) is true)").format(column, COMPARE[leaf.op], value, type_)

    def _attribute(self, leaf: Compare) -> Composable:
        """Returns the value of a declared attribute; SQL null if the person's value has another JSON type."""
        name = self._parameter(leaf.field.removeprefix(ATTRIBUTE_PREFIX))
        text = SQL(
            "case jsonb_typeof(f.attributes -> {name}::text) when {json_type}"
            " then (f.attributes ->> {name}::text)::{type} end{collation}"
        )
        return SQL("({})").format(
            text.format(
                name=name,
                json_type=_JSON_TYPES[leaf.type],
                type=_TYPES[leaf.type],
                collation=SQL(' collate "C"' if leaf.type is TEXT else ""),
            )
        )

    def _did(self, leaf: Did) -> Composable:
        conditions = [SQL("a.kind = {}::text").format(self._parameter(leaf.kind))]
        if leaf.channel is not None:
            conditions.append(SQL("a.channel = {}::text").format(self._parameter(leaf.channel)))
        if leaf.within_days is not None:
            conditions.append(SQL("a.occurred_at > {}::timestamptz").format(self._since(leaf.within_days)))
        where = SQL(" and ").join(conditions)
        if leaf.at_least == 1:
            return _DID_ONCE.format(conditions=where)
        return _DID_OFTEN.format(conditions=where, at_least=self._parameter(leaf.at_least))

    def _spent(self, leaf: Spent) -> Composable:
        spent = self._spent_ever(leaf) if leaf.within_days is None else self._spent_lately(leaf)
        return SQL("(coalesce({}, 0){}{}::numeric)").format(
            spent, COMPARE[leaf.op], self._parameter(leaf.value)
        )

    def _spent_ever(self, leaf: Spent) -> Composable:
        return SQL("(f.value ->> {}::text)::numeric").format(self._parameter(leaf.currency or self._currency))

    def _spent_lately(self, leaf: Spent) -> Composable:
        currency = leaf.currency or self._currency
        history = Spent(op="eq", value=Decimal(0), currency=currency, within_days=leaf.within_days)
        if history not in self.joins:
            after = self._since(leaf.within_days or 0)
            self._join(history, _SPENT_LATELY, currency=self._parameter(currency), after=after)
        return SQL("{}.spent").format(self._name_of(history))

    def _join(self, history: Spent, join: SQL, **parts: Composable) -> None:
        name = Identifier(f"h{len(self.joins)}")
        self.joins[history] = join.format(history=name, **parts)

    def _name_of(self, history: Spent) -> Identifier:
        return Identifier(f"h{list(self.joins).index(history)}")

    def _since(self, days: int) -> Placeholder:
        return self._parameter(self._at - timedelta(days=days))

    def _parameter(self, value: object) -> Placeholder:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = list(value) if isinstance(value, tuple) else value
        return Placeholder(name)
