"""Writes `docs/events.md` from the classes of the facts: `python -m docs.generate`."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from inspect import getdoc
from itertools import groupby
from pathlib import Path
from sys import modules
from typing import Any

import domain.registry  # noqa: F401 - every fact is listed
from domain.facts import FACTS, CustomerFact, Fact
from domain.schema import schema_of
from projections.engine.views import view_name

EVENTS = Path(__file__).parent / "events.md"

HEAD = """\
# Events

Generated from the code by `python -m docs.generate`; do not edit.

Every fact in the log, by context. In code it is a class of `domain/<context>/events.py`, in the log a
stored name (column `topic`) with JSON (`state`), in SQL a view of schema `event`. A stored name and its
version never change their meaning: a changed fact is a new version, and older ones are read as the newest.

Types are those of the JSON: `uuid`, `datetime` (an instant in UTC), `decimal` and `str` are strings.
*Personal* fields are encrypted under the key of the source profile `customer_id`, and unreadable once that
key is deleted. *Optional* ones may be absent. In the views, personal fields are their sealed tokens.

## What every fact has

| field | type | what it is |
|---|---|---|
| `position` | int | its place in the one order of the log |
| `recorded_at` | datetime | when Farley learned it, by the database's clock; it never goes back |
| `said_at` | datetime | the earlier of `occurred_at` and `recorded_at`: of two statements the later one counts |
"""

ABOUT = {
    "occurred_at": "when it happened, by the source's clock",
    "actor": "who said so: `key:<name>` or a process",
    "correlation_id": "the request or run that it belongs to",
    "causation_id": "what caused it",
    "customer_id": "the source profile it was said of",
    "brand": "for which brand",
    "division": "for which division",
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
    """What is not repeated below."""
    fields = schema_of(CustomerFact)["fields"]
    rows = [
        f"| `{name}` | {_typed(fields[name])} | {about} |\n"
        for name, about in ABOUT.items()
        if name in fields
    ]
    return (
        f"{''.join(rows)}\nThe first two are columns of the log. {_listed(OF_CUSTOMERS)} are in facts about a"
        f" customer only,\nwhich are marked *of a customer* below. {len(FACTS)} facts follow.\n"
    )


def _section(context: str, facts: list[type[Fact]]) -> str:
    module = modules[facts[0].__module__]
    parts = [
        f"- `{part.__name__}`: {getdoc(part)}"
        for part in vars(module).values()
        if isinstance(part, type) and part.__module__ == module.__name__ and _is_part(part)
    ]
    named = ["Parts of them:\n", *parts, ""] if parts else []
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
    """The fact's own class, and those between it and what all facts share."""
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
