"""Writes the schema and a sample of each fact's current version where none is committed yet."""

import json
from pathlib import Path
from typing import Any

import domain.registry  # noqa: F401
from domain.facts import FACTS
from domain.schema import schema_of

FOLDER = Path(__file__).parent
UUID = "0b0e2ad8-65a7-4cfb-9b54-3d1f7b3d0c01"
SAMPLES: dict[str, Any] = {
    "str": "text",
    "uuid": UUID,
    "datetime": "2026-03-01T12:00:00Z",
    "int": 7,
    "bool": True,
    "decimal": "12.50",
    "object": {"key": "value"},
}


def sample_of(kind: Any) -> Any:
    if isinstance(kind, list):
        return [sample_of(kind[0])]
    if isinstance(kind, dict) and "one of these" in kind:
        return kind["one of these"][0]
    if isinstance(kind, dict):
        return (
            sample_of(kind["one of"][0]) if "one of" in kind else {k: sample_of(v) for k, v in kind.items()}
        )
    return SAMPLES[kind]


def main() -> None:
    for fact_class in FACTS.values():
        schema = schema_of(fact_class)
        name = f"{fact_class.stored_name}.v{fact_class.stored_version}.json"
        sample = {field: sample_of(described["type"]) for field, described in schema["fields"].items()}
        for folder, content in (("schemas", schema), ("samples", sample)):
            path = FOLDER / folder / name
            if not path.exists():
                path.write_text(json.dumps(content, indent=1, sort_keys=False) + "\n")


if __name__ == "__main__":
    main()
