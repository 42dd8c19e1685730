"""The words in SQL are those of the enums. A word that is renamed or misspelt in one place only is found here."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from application.access.changes import AccessChange
from application.access.keys import KeyState
from application.interventions import AskedAction, RequestState
from application.jobs import JobKind, JobState
from domain.campaigns.campaign import CampaignState
from domain.campaigns.events import MessageClass
from domain.complaints.events import ComplaintStatus, ComplaintStep
from domain.deciding.codes import ReasonCode, Verdict
from domain.messages.events import MessageOutcome
from domain.orders.events import OrderStatus, OrderStep
from domain.runs.run import RunState
from domain.suppressions.events import SuppressionScope
from domain.touchpoints.events import Direction, TouchpointKind
from infrastructure.postgres.sleeping import Sleeper
from projections.engine.interventions import InterventionResult
from projections.engine.rebuild_status import RebuildState
from projections.engine.runner import Intervention, ProjectionState
from projections.figures.words import FigureKind, FigureOutcome
from projections.schedules.reading import ScheduleState
from projections.timeline.reading import About

ROOT = Path(__file__).parents[2]
Enums = tuple[type[StrEnum], ...]
COLUMNS: dict[str, Enums] = {
    "access_change": (AccessChange,),
    "about": (About,),
    "action": (Intervention,),
    "asked_action": (AskedAction,),
    "code": (ReasonCode,),
    "direction": (Direction,),
    "end_state": (RunState,),
    "job_kind": (JobKind,),
    "job_state": (JobState,),
    "key_state": (KeyState,),
    "kind": (TouchpointKind,),
    "message_class": (MessageClass,),
    "outcome": (MessageOutcome,),
    "reason_code": (ReasonCode,),
    "rebuild_state": (RebuildState,),
    "request_state": (RequestState,),
    "result": (InterventionResult,),
    "scope": (SuppressionScope,),
    "sleeper": (Sleeper,),
    "state": (ProjectionState,),
    "campaigns.state": (CampaignState, RunState),
    "figures.kind": (FigureKind,),
    "figures.outcome": (FigureOutcome,),
    "orders.status": (OrderStatus,),
    "orders.step": (OrderStep,),
    "schedules.state": (ScheduleState,),
    "status": (ComplaintStatus,),
    "step": (ComplaintStep,),
    "verdict": (Verdict,),
}
"""The enums of a column with this name, or of one in this folder."""
TABLES: dict[str, Enums] = {
    "complaint": (ComplaintStatus,),
    "complaint_stop": (ComplaintStatus,),
    "message": (MessageOutcome,),
    "run_end": (RunState,),
    "schedule": (ScheduleState,),
    "slot": (ScheduleState,),
    "step_of_complaint": (ComplaintStep,),
    "step_of_order": (OrderStep,),
    "timeline_outcome": (MessageOutcome,),
}
"""The enums of the words in the rows of a table or of a batch view."""
OTHERS = frozenset(
    (
        *("what", "reaction", "stop"),  # they mark the rows of one statement
        *(
            "errcode",
            "locktype",
            "mode",
            "name",
            "nspname",
            "wait_event",
            "ordinal",
            "relkind",
            "schemaname",
        ),  # of PostgreSQL, or no closed list
    )
)

STATEMENT = re.compile(r"\b(?:select|where|case|check|filter|join)\b")
WORDS = re.compile(r"'(\w+)'")
COMPARED = re.compile(
    r"'?\b(\w+)\b'?(?:, '\w+'\))?\s*(?:=|<>|\bnot in|\bin|\bis (?:not )?distinct from)\s*\(?((?:'\w+'(?:,\s*)?)+)"
)
DEFAULT = re.compile(r"\bcoalesce\((?:\w+\.)?(\w+), '(\w+)'\)")
LISTED = re.compile(r"(?:\bselect\s+|,\s*)'(\w+)'(?=\s*(?:,|from\b|as\b|$))")
CASE = re.compile(r"\bcase\b((?:(?!\b(?:case|end)\b).)*)\bend\b(?:\s+as\s+(\w+))?", re.DOTALL)
SUBJECT = re.compile(r"\s*\(?(?:array_agg\()?(?:\w+\.)?(\w+)(?:(?!\bwhen\b).)*", re.DOTALL)


def sources() -> list[Path]:
    layers = (ROOT / "projections", ROOT / "infrastructure")
    return sorted(path for layer in layers for ext in ("sql", "py") for path in layer.rglob(f"*.{ext}"))


def statements(path: Path) -> Iterator[str]:
    """The SQL of a file, or of the strings of a module."""
    if path.suffix == ".sql":
        yield from re.sub(r"--.*|comment on [^;]*;", "", path.read_text()).split(";")
        return
    for node in ast.walk(ast.parse(path.read_text())):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        texts = [str(one.value) for one in parts if isinstance(one, ast.Constant)]
        if STATEMENT.search(text := "?".join(texts)):
            yield text


def said_of_columns(sql: str) -> Iterator[tuple[str, str]]:
    """Each column with each word that it is compared with, or has by a `coalesce` or `case`."""
    for column, words in COMPARED.findall(sql):
        yield from ((column, word) for word in WORDS.findall(words))
    yield from DEFAULT.findall(sql)
    for body, column in CASE.findall(sql):
        results = re.findall(r"\b(?:then|else)\s+'(\w+)'", body)
        yield from ((column, word) for word in results if column)
        if subject := SUBJECT.match(body.partition("when")[0]):
            yield from ((subject[1], word) for word in re.findall(r"\bwhen\s+'(\w+)'", body))


def inserted(sql: str) -> Iterator[tuple[str, str]]:
    """Each table or view with each word that stands alone in a list of values for it, or is a result of `case`."""
    table = re.search(r"\b(?:insert into|create view) (?:\w+\.)?(\w+)", sql)
    if table is None:
        return
    for body, _ in CASE.findall(sql):
        yield from ((table[1], word) for word in re.findall(r"\b(?:then|else)\s+'(\w+)'", body))
    while (outer := re.sub(r"\((?![^()]*\bselect\b)[^()]*\)", "", sql)) != sql:
        sql = outer
    yield from ((table[1], word) for word in LISTED.findall(sql))


def unknown_words(path: Path, sql: str) -> list[str]:
    folder = path.parent.name
    compared = [
        f"{column} {word}"
        for column, word in said_of_columns(sql)
        if column not in OTHERS
        and word not in words(COLUMNS.get(f"{folder}.{column}", COLUMNS.get(column, ())))
    ]
    listed = [
        f"{table} {word}"
        for table, word in inserted(sql)
        if table in TABLES and word not in words(TABLES[table])
    ]
    return compared + listed


def words(enums: Enums) -> set[str]:
    return {str(word) for enum in enums for word in enum}


def test_sql_says_only_words_of_the_enums() -> None:
    faults = [
        f"{path.relative_to(ROOT)}: {fault}"
        for path in sources()
        for sql in statements(path)
        for fault in unknown_words(path, sql)
    ]
    assert faults == []


def test_every_table_with_words_is_there() -> None:
    assert TABLES.keys() <= {
        table for path in sources() for sql in statements(path) for table, _ in inserted(sql)
    }


def test_a_check_of_a_column_lists_its_whole_enum() -> None:
    checks = [
        (column, set(WORDS.findall(listed)))
        for path in sources()
        for sql in statements(path)
        for column, listed in re.findall(r"\bcheck \((\w+) in \(([^)]*)\)\)", sql)
    ]
    assert checks
    assert [column for column, listed in checks if listed != words(COLUMNS[column])] == []


@pytest.mark.parametrize(
    ("folder", "sql"),
    [
        ("campaigns", "select from message m where m.outcome = 'handed_over'"),
        ("campaigns", "select from message where outcome not in ('sent', 'fialed')"),
        ("campaigns", "select from message where coalesce(m.outcome, 'open') is null"),
        ("campaigns", "select from g where g.grp ->> 'verdict' is distinct from 'eligable'"),
        ("campaigns", "select case d.verdict when 'held-out' then 1 when 'heldout' then 2 end"),
        ("campaigns", "select case when paused then 'pauzed' else 'active' end as state"),
        (
            "campaigns",
            "insert into message select m.id, a.state from (select id, 'lapsed', null from handover_lapsed) m",
        ),
        ("schedules", "select from schedule where state = 'draft'"),
        (
            "suppression",
            "insert into complaint_stop select case step when 'closed' then 'done' else 'open' end, 1",
        ),
        ("elsewhere", "select from t where t.mood = 'sad'"),
    ],
)
def test_the_lint_sees_a_word_that_no_enum_of_the_column_has(folder: str, sql: str) -> None:
    assert unknown_words(ROOT / "projections" / folder / "fold.sql", sql)
