"""Writes the generated pages: `python -m docs.generate`. `docs/events.md` comes from the classes of the facts."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from inspect import getdoc
from itertools import groupby
from pathlib import Path
from sys import modules
from typing import Any

import docs.reliability as reliability
import domain.registry  # noqa: F401 - every fact is listed
from domain.facts import FACTS, CustomerFact, Fact
from domain.schema import schema_of
from projections.engine.views import view_name

EVENTS = Path(__file__).parent / "events.md"

HEAD = """\
# Events

Generated from the code by `python -m docs.generate`; do not edit.

This page lists every kind of fact, by context. In the code a kind of fact is a class in
`domain/<context>/events.py`. In the log it is a stored name (column `topic`) with JSON (column `state`). In
SQL it is a view in the schema `event`. A stored name and its version never change their meaning: a changed
fact gets a new version, and Farley reads older versions as the newest one.

The types are those of the JSON: `uuid`, `datetime` (an instant in UTC), `decimal` and `str` are strings.
*Personal* fields are encrypted under the key of the source profile `customer_id`. They are unreadable once
that key is deleted. The views show personal fields as sealed tokens. *Optional* fields may be absent.

## Fields of every fact

| field | type | what it is |
|---|---|---|
| `position` | int | its position in the log, one order for the whole installation |
| `recorded_at` | datetime | when Farley stored it, by the database's clock, which never goes back |
| `said_at` | datetime | the earlier of `occurred_at` and `recorded_at`; it orders consents and withdrawals |
"""

ABOUT = {
    "occurred_at": "when it happened, by the source's clock",
    "actor": "who stated it: `key:<name>` or a process",
    "correlation_id": "the request or run that it belongs to",
    "causation_id": "the request or fact that caused it",
    "customer_id": "the source profile that it is about",
    "brand": "the brand it is limited to",
    "division": "the division it is limited to",
}
COMMON = tuple(schema_of(Fact)["fields"])
OF_CUSTOMERS = tuple(name for name in schema_of(CustomerFact)["fields"] if name not in COMMON)


def page() -> str:
    """The whole of `docs/events.md`."""
    facts = sorted(FACTS.items(), key=lambda item: _context(item[0]))
    contexts = groupby(facts, key=lambda item: _context(item[0]))
    sections = [_section(context, [fact for _, fact in named]) for context, named in contexts]
    return "\n".join((HEAD + _shared(), *sections))


def _shared() -> str:
    """The fields that the sections of single facts do not repeat."""
    fields = schema_of(CustomerFact)["fields"]
    rows = [
        f"| `{name}` | {_typed(fields[name])} | {about} |\n"
        for name, about in ABOUT.items()
        if name in fields
    ]
    return (
        f"{''.join(rows)}\nThe first two are columns of the log. Only facts about a customer have"
        f" {_listed(OF_CUSTOMERS)}.\nThey are marked *of a customer* below. There are {len(FACTS)} kinds of facts.\n"
    )


def _section(context: str, facts: list[type[Fact]]) -> str:
    module = modules[facts[0].__module__]
    parts = [
        f"- `{part.__name__}`: {getdoc(part)}"
        for part in vars(module).values()
        if isinstance(part, type) and part.__module__ == module.__name__ and _is_part(part)
    ]
    named = ["Parts of these facts:\n", *parts, ""] if parts else []
    return "\n".join((f"## {context}\n", f"{getdoc(module)}\n", *named, *map(_fact, facts)))


def _is_part(cls: type) -> bool:
    return is_dataclass(cls) and not issubclass(cls, Fact)


def _fact(fact_class: type[Fact]) -> str:
    schema = schema_of(fact_class)
    of_customer = issubclass(fact_class, CustomerFact)
    shared = {*COMMON, *(OF_CUSTOMERS if of_customer else ())}
    own = {name: described for name, described in schema["fields"].items() if name not in shared}
    whose = ", of a customer" if of_customer else ""
    return "\n".join(
        (
            f"### {fact_class.__name__}\n",
            f"`{schema['name']}`, version {schema['version']}{whose}; view `event.{view_name(fact_class)}`\n",
            *(f"{getdoc(cls)}\n" for cls in fact_class.__mro__ if _says_more(cls)),
            *_table(own),
        )
    )


def _says_more(cls: type) -> bool:
    """Whether the class is the fact's own, or a base class below those that all facts share."""
    return issubclass(cls, Fact) and cls not in (Fact, CustomerFact)


def _table(fields: dict[str, dict[str, Any]]) -> Iterator[str]:
    if fields:
        yield "| field | type |\n|---|---|"
        yield from (f"| `{name}` | {_typed(described)} |" for name, described in fields.items())
        yield ""


def _typed(described: dict[str, Any]) -> str:
    marks = [name for name in ("personal", "optional") if described.get(name)]
    return _type(described["type"]) + (f" (*{', '.join(marks)}*)" if marks else "")


def _type(kind: Any) -> str:
    if isinstance(kind, list):
        return f"list of {_type(kind[0])}"
    if isinstance(kind, dict) and "one of" in kind:
        return " or ".join(map(_type, kind["one of"]))
    if isinstance(kind, dict) and "one of these" in kind:
        return "one of " + ", ".join(f"`{word}`" for word in kind["one of these"])
    if isinstance(kind, dict):
        return "{" + ", ".join(f"{name}: {_type(inner)}" for name, inner in kind.items()) + "}"
    return str(kind)


def _listed(names: tuple[str, ...]) -> str:
    *first, last = (f"`{name}`" for name in names)
    return f"{', '.join(first)} and {last}"


def _context(stored_name: str) -> str:
    return stored_name.partition(".")[0]


if __name__ == "__main__":
    EVENTS.write_text(page(), encoding="utf-8")
    reliability.PAGE.write_text(reliability.page(), encoding="utf-8")
