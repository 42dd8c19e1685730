"""The form that says how a file is imported: the kind of its rows, the field of each column, and constants."""

from collections.abc import Iterator, Mapping
from typing import Any

from domain.errors import InvalidInput, RuleBroken
from interfaces.console.asking import ask
from interfaces.console.forms import fields
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_import
from interfaces.http.current import this_request
from interfaces.http.refusals import InvalidFields
from interfaces.imports.kinds import KINDS

SHOWN_VALUES = 3
LAYOUT = ("delimiter", "encoding")
TYPED = ("source", "zone", "decimal", *LAYOUT)
"""The fields of the form that go to the API as they were typed."""
NAMES_OF_DELIMITERS = {"\t": "tab", " ": "space"}
Answer = Mapping[str, Any]


def mapping_shown(known: Answer, t: Texts) -> dict[str, Any]:
    """Returns the form for an import, with the first rows of its file. What was typed is kept."""
    given = {**typed_before(known.get("asked", {})), **typed()}
    kind = given.get("kind", known.get("kind", next(iter(KINDS))))
    kind = kind if kind in KINDS else next(iter(KINDS))
    here = path_of_import(known["import_id"])
    chosen = {name: given[name] for name in LAYOUT if given.get(name)}
    sample, unreadable = _sample(known, {"kind": kind, **chosen})
    layout = {"delimiter": _named(sample.get("delimiter", "")), "encoding": sample.get("encoding", "")}
    possible = sample.get("possible_fields", [])
    return {
        "action": f"{here}/run",
        "here": here,
        "kind": kind,
        "kinds": [(name, t.word("import_kind", name)) for name in KINDS],
        "columns": list(_columns(sample, possible, given, _mapped_before(known))),
        "possible": possible,
        "unreadable": unreadable,
        "values": {"source": known.get("source", ""), **layout, **given},
        "json_lines": sample.get("json_lines", False),
    }


def typed_before(asked: Answer) -> dict[str, str]:
    """Returns what was typed into the form that asked the last job."""
    constants = "\n".join(f"{one['field']}={one['value']}" for one in asked.get("set", ()))
    lists = {"key": ", ".join(asked.get("key", ())), "dates": "\n".join(asked.get("dates", ()))}
    texts = {name: asked[name] for name in ("kind", *TYPED) if name in asked}
    return {**texts, **lists, "constants": constants}


def _mapped_before(known: Answer) -> dict[str, str]:
    return {one["column"]: one["field"] for one in known.get("asked", {}).get("map", ())}


def typed() -> Mapping[str, str]:
    """Returns what was typed into the form, or chosen in the address."""
    request = this_request()
    return fields().to_dict() if request.method == "POST" else request.args.to_dict()


def _sample(known: Answer, query: Mapping[str, str]) -> tuple[Answer, str | None]:
    try:
        return ask("imports.show_sample", dict(query), import_id=known["import_id"]), None
    except InvalidFields as wrong:
        return {}, " ".join(error["message"] for error in wrong.errors)
    except (InvalidInput, RuleBroken) as refused:
        return {}, refused.message


def _columns(
    sample: Answer, possible: list[str], given: Mapping[str, str], before: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for place, name in enumerate(sample.get("columns", ())):
        values = [row[place] for row in sample["rows"][:SHOWN_VALUES] if row[place]]
        usual = before.get(name, "" if before else _field_named(name, possible))
        yield {
            "name": name,
            "values": ", ".join(values),
            "field": given.get(f"field-{place}", usual),
            "place": place,
        }


def _field_named(column: str, possible: list[str]) -> str:
    """Returns the field that has the name of the column, or an empty text."""
    names = (column, column.casefold().replace(" ", "_"))
    return next((name for name in names if name in possible), "")


def asked() -> dict[str, Any]:
    """Returns the body for the API of what was typed. Raises nothing: what is wrong the API refuses."""
    given = fields()
    places = [name.removeprefix("column-") for name in given if name.startswith("column-")]
    mapped = [(given[f"column-{place}"], given.get(f"field-{place}", "").strip()) for place in places]
    constants = [line.partition("=") for line in given.get("constants", "").splitlines() if line.strip()]
    key = [name.strip() for name in given.get("key", "").split(",") if name.strip()]
    dates = [line.strip() for line in given.get("dates", "").splitlines() if line.strip()]
    lists = {
        "map": [{"column": column, "field": field} for column, field in mapped if field],
        "set": [{"field": field.strip(), "value": value.strip()} for field, _, value in constants],
        "key": key,
        "dates": dates,
    }
    return {
        "kind": given.get("kind", ""),
        "dry_run": given.get("do", "check") != "import",
        "mapped_only": True,
        **{name: given[name].strip() for name in TYPED if given.get(name, "").strip()},
        **{name: value for name, value in lists.items() if value},
    }


def _named(delimiter: str) -> str:
    return NAMES_OF_DELIMITERS.get(delimiter, delimiter)
