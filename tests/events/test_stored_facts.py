"""Stored names, schemas and samples: what was ever written can be read for ever.

A changed annotation without a new version turns these red. `python -m tests.events.commit_schemas` writes
the files of a version that has none yet; it never touches one that is there.
"""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

import domain.registry  # noqa: F401
from domain.facts import FACTS, Fact
from domain.schema import schema_of
from infrastructure.eventsourcing.mapper import VERSION_KEY, upcast

FOLDER = Path(__file__).parent


def file_of(kind: str, fact_class: type[Fact], version: int | None = None) -> Path:
    return FOLDER / kind / f"{fact_class.stored_name}.v{version or fact_class.stored_version}.json"


@pytest.mark.parametrize("name", sorted(FACTS))
def test_the_schema_of_a_fact_changes_only_with_a_new_version(name: str) -> None:
    committed = json.loads(file_of("schemas", FACTS[name]).read_text())
    assert committed == schema_of(FACTS[name])


@pytest.mark.parametrize("sample", sorted(path.name for path in (FOLDER / "samples").glob("*.json")))
def test_a_sample_of_every_version_ever_written_loads(sample: str) -> None:
    name, version = sample.removesuffix(".json").rsplit(".v", 1)
    state: dict[str, Any] = json.loads((FOLDER / "samples" / sample).read_text())
    newest = upcast(name, {**state, VERSION_KEY: int(version)})
    loaded = msgspec.convert(
        {**newest, "originator_id": str(uuid4()), "originator_version": 1}, FACTS[name], strict=True
    )
    again = json.loads(msgspec.json.encode(loaded))
    if int(version) == FACTS[name].stored_version:
        assert {k: again[k] for k in state} == state


def test_every_committed_schema_has_its_sample_and_its_fact() -> None:
    schemas = {path.name for path in (FOLDER / "schemas").glob("*.json")}
    assert schemas == {path.name for path in (FOLDER / "samples").glob("*.json")}
    assert {name.rsplit(".v", 1)[0] for name in schemas} == set(FACTS)


def test_a_sample_fills_every_field_of_its_fact() -> None:
    for fact_class in FACTS.values():
        sample = json.loads(file_of("samples", fact_class).read_text())
        assert set(schema_of(fact_class)["fields"]) == set(sample), fact_class.stored_name


def test_every_fact_has_a_stable_name_of_its_context() -> None:
    for name, fact_class in FACTS.items():
        context, class_name = name.split(".")
        assert fact_class.__module__ == f"domain.{context}.events"
        assert class_name == fact_class.__name__
