"""What belongs to a context is found from the one list of contexts, and nothing is forgotten."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import domain.registry  # noqa: F401 - every fact is known
from domain import errors
from domain.aggregates import Aggregate
from domain.contexts import CONTEXTS
from domain.facts import FACTS
from interfaces.http.blueprints import documented, plain
from interfaces.http.problems import status_of
from projections.engine.definitions import PROJECTIONS, Projection, all_projections

ROOT = Path(__file__).parents[2]
CALLERS_ANSWER = (
    errors.InvalidInput,
    errors.NotFound,
    errors.RuleBroken,
    errors.Conflict,
    errors.Unavailable,
)


def folders(layer: str, *, with_file: str) -> set[str]:
    return {path.parent.name for path in (ROOT / layer).glob(f"*/{with_file}")}


def classes(*, below: str) -> Iterator[tuple[Path, ast.ClassDef]]:
    for path in sorted((ROOT / below).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                yield path, node


def names_of(nodes: list[ast.expr]) -> set[str]:
    return {name.id for node in nodes for name in ast.walk(node) if isinstance(name, ast.Name)}


def test_every_folder_with_facts_is_a_context_of_the_list() -> None:
    assert folders("domain", with_file="events.py") <= {context.name for context in CONTEXTS}


def test_every_fact_of_the_code_is_known_by_its_stored_name() -> None:
    written = {node.name for _, node in classes(below="domain") if "stored" in names_of(node.decorator_list)}
    known = {fact.__name__ for fact in FACTS.values() if fact.__module__.startswith("domain.")}
    assert written == known


def test_every_aggregate_of_the_code_is_known() -> None:
    written = {node.name for _, node in classes(below="domain") if "Aggregate" in names_of(node.bases)}
    known = {one.__name__ for one in Aggregate.__subclasses__() if one.__module__.startswith("domain.")}
    assert written - {"Aggregate"} == known


def test_every_folder_with_tables_is_a_question_of_one_context() -> None:
    assert sorted(PROJECTIONS) == sorted(folders("projections", with_file="tables.sql"))


def test_every_projection_folds_some_facts() -> None:
    assert [projection.name for projection in all_projections() if not projection.stored_names] == []


def tables(projection: Projection) -> set[str]:
    return set(re.findall(r"create table (\w+)", projection.tables))


def test_a_projection_names_the_projection_whose_tables_its_fold_reads() -> None:
    for one in all_projections():
        sql = "\n".join((*(statement.sql for statement in one.statements), *one.batch_views))
        sources = set(re.findall(r"(?:from|join)\s+(\w+)\b(?!\.)", sql))
        read = {other.name for other in all_projections() if other != one and tables(other) & sources}
        assert read == {one.needs} - {None}, one.name


@pytest.mark.parametrize("file", ["reporting.sql", "batch_views.sql", "fold.sql"])
def test_sql_of_a_projection_stands_in_the_folder_of_a_question(file: str) -> None:
    assert folders("projections", with_file=file) <= set(PROJECTIONS)


def test_every_module_of_routes_is_mounted() -> None:
    http = ROOT / "interfaces/http"
    written = [
        path.parent.name if path.stem == "routes" else path.stem.removesuffix("_routes")
        for folder in ("contexts", "service")
        for path in (http / folder).rglob("*routes.py")
    ]
    mounted = [blueprint.name.replace("-", "_") for blueprint in (*documented(), *plain())]
    assert sorted(mounted) == sorted(written)


def test_an_action_is_of_one_context() -> None:
    actions = [action for context in CONTEXTS for action in context.actions]
    assert len(actions) == len(set(actions))


def test_refusals_of_a_context_stand_in_its_own_folder_and_have_a_status() -> None:
    families = {node.name for path, node in classes(below="domain") if path.name == "errors.py"}
    stray = [
        node.name
        for path, node in classes(below="domain")
        if path.name != "errors.py" and path.parent.name != "domain" and names_of(node.bases) & families
    ]
    assert stray == []
    for path in ROOT.glob("domain/*/errors.py"):
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    leaves = [one for one in below(errors.FarleyError) if one.__module__.startswith("domain.")]
    assert {one.__name__ for one in leaves} >= families - {"FarleyError"}
    assert [one for one in leaves if issubclass(one, CALLERS_ANSWER) and status_of(one()) == 500] == []


def below(family: type[errors.FarleyError]) -> Iterator[type[errors.FarleyError]]:
    for one in family.__subclasses__():
        yield one
        yield from below(one)


@pytest.mark.parametrize("layer", ["domain", "application"])
def test_the_import_contracts_name_every_context(layer: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = (one for one in contracts if one["id"] == f"{layer}-contexts")
    assert contract["modules"] == sorted(
        f"{layer}.{name}" for name in folders(layer, with_file="__init__.py")
    )
