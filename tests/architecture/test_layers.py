"""Arrows point inward, and effects come in through ports."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

ROOT = Path(__file__).parents[2]
LAYERS = ("domain", "application", "projections", "interfaces", "infrastructure")
BEHIND_PORTS = ("domain", "application", "projections", "interfaces")
STANDARD = sys.stdlib_module_names
EFFECTS = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.localtime",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.sleep",
    "time.time",
    "time.time_ns",
    "os.urandom",
    "uuid.uuid1",
    "uuid.uuid4",
}
EFFECTFUL_MODULES = {
    "http.client",
    "random",
    "secrets",
    "smtplib",
    "socket",
    "sched",
    "subprocess",
    "urllib.request",
    "urllib3",
}
DATA_ONLY = {"tzdata"}
UNTRUSTED = {"pickle", "marshal", "shelve", "dill", "yaml"}
"""Nothing that is stored is ever executed."""


def modules(*layers: str) -> list[Path]:
    return sorted(path for layer in layers for path in (ROOT / layer).rglob("*.py"))


def called(path: Path) -> Path:
    return path.relative_to(ROOT)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported(path: Path) -> Iterator[str]:
    """The full names that a file imports, "module" or "module.name"."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def used(path: Path) -> Iterator[tuple[int, str]]:
    """The line and full name of everything a file says with the names that it imports."""
    tree = parsed(path)
    names = dict(known(tree))
    for node in ast.walk(tree):
        text = ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""
        first, dot, rest = text.partition(".")
        if first in names:
            yield node.lineno, f"{names[first]}{dot}{rest}"


def known(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """By which name a file calls what it imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def test_layers_import_inward_only(capsys: pytest.CaptureFixture[str]) -> None:
    # Not importlinter.cli, which silences every logger that there is.
    configure()
    kept = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None, no_logo=True)
    assert kept, capsys.readouterr().out


def test_domain_is_standard_library_and_eventsourcing_domain_only() -> None:
    foreign = {
        (str(called(path)), name)
        for path in modules("domain")
        for name in imported(path)
        if name.partition(".")[0] not in {*STANDARD, "domain"}
        and not name.startswith("eventsourcing.domain.")
    }
    assert foreign == set()


def test_application_knows_no_sql_and_no_http() -> None:
    foreign = {
        (str(called(path)), name)
        for path in modules("application")
        for name in imported(path)
        if name.partition(".")[0] in {"psycopg", "psycopg_pool", "flask", "werkzeug", "marshmallow", "click"}
    }
    assert foreign == set()


def test_time_ids_chance_and_waiting_come_through_ports() -> None:
    taken = [
        f"{called(path)}:{line} {name}"
        for path in modules(*BEHIND_PORTS)
        for line, name in used(path)
        if name in EFFECTS
    ]
    assert taken == []


def test_nothing_behind_the_ports_can_reach_the_outside_world() -> None:
    taken = [
        f"{called(path)} {name}"
        for path in modules(*BEHIND_PORTS)
        for name in imported(path)
        if any(name == module or name.startswith(f"{module}.") for module in EFFECTFUL_MODULES)
    ]
    assert taken == []


def test_no_test_imports_from_another_test() -> None:
    shared = [
        f"{called(path)} {name}"
        for path in modules("tests")
        for name in imported(path)
        if any(part.startswith("test_") for part in name.split(".")[:-1])
    ]
    assert shared == []


def test_what_only_tests_and_the_demo_need_is_no_runtime_dependency_of_the_service() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[^\w-]", text)[0].replace("-", "_") for text in project["dependencies"]} - DATA_ONLY
    code = "\n".join(path.read_text() for path in [*modules(*LAYERS), ROOT / "wsgi.py"])
    used = {
        distribution.replace("-", "_").lower()
        for module, distributions in packages_distributions().items()
        if re.search(rf"\b{module}\b", code)
        for distribution in distributions
    }
    assert needed - used == set()


def test_nothing_stored_is_ever_executed() -> None:
    taken = [
        f"{called(path)} {name}"
        for path in modules(*LAYERS)
        for name in imported(path)
        if name.partition(".")[0] in UNTRUSTED
    ]
    executed = [
        f"{called(path)}:{node.lineno} {node.func.id}"
        for path in modules(*LAYERS)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}
    ]
    assert taken + executed == []


@pytest.mark.parametrize(
    ("source", "effect"),
    [
        ("import time\ntime.sleep(1)", "time.sleep"),
        ("from time import sleep\nsleep(1)", "time.sleep"),
        ("from datetime import datetime as d\nd.now()", "datetime.datetime.now"),
        ("import datetime\ndatetime.datetime.now()", "datetime.datetime.now"),
        ("import uuid as u\nu.uuid4()", "uuid.uuid4"),
        ("from uuid import uuid4\nmake = uuid4", "uuid.uuid4"),
    ],
)
def test_the_lint_sees_an_effect_under_any_name(tmp_path: Path, source: str, effect: str) -> None:
    path = tmp_path / "planted.py"
    path.write_text(source)
    assert effect in {name for _, name in used(path)}
