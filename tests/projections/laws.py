"""The laws that every fold obeys, whatever it answers.

    assert_laws(database, "consent", story.facts, reference)

`reference` is the same question in plain Python: it takes the facts as recorded, in the log's order, and
gives for each table its rows as dicts with all columns, personal ones as readable values. A table that it
does not give is compared by hash only.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from random import Random
from typing import Any
from uuid import UUID, uuid5

import msgspec
from hypothesis import HealthCheck, settings

from domain.facts import Fact
from tests.amounts import amount
from tests.projections.log import Database, Recorded, Row, ToldLog


def lawful(examples: int = 25) -> settings:
    """For property tests: the examples of a test share its database, which `assert_laws` empties each time."""
    return settings(
        max_examples=amount(examples, quick=examples // 3),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


Reference = Callable[[Sequence[Recorded]], Mapping[str, Iterable[Row]]]

TWINS = UUID("2f1b7d0c-93c5-4f0e-8a58-6f3f2f5f0b02")
_A_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_open: dict[str, ToldLog] = {}


def told_log(database: Database) -> ToldLog:
    """The log of this database, opened once; `close_logs` ends it."""
    if database.url not in _open:
        _open[database.url] = ToldLog(database)
    return _open[database.url]


def close_logs() -> None:
    while _open:
        _open.popitem()[1].close()


def assert_laws(
    database: Database,
    name: str,
    facts: Sequence[Fact],
    reference: Reference,
    *,
    seed: int = 0,
    of_everybody: Collection[str] = (),
) -> None:
    """Live fold = rebuild = any split into batches = the reference, also on a shuffled log, in any time zone.

    Beside these facts stands a second customer, the twin of all that is in them, whose rows stay untouched.
    `of_everybody`: the tables whose rows are about all customers together, such as counts.
    """
    log, random = told_log(database), Random(seed)
    twins = twin(facts)
    assert_the_second_customer_stays(log, name, twins, facts, reference, of_everybody)
    assert_rebuild_equals_live(log, name)
    assert_any_split_equals_live(log, name, random)
    log.empty(name)
    log.append(shuffled((*twins, *facts), random))
    log.fold_in_batches(name, random_cuts(log.head(), random))
    assert_equals_reference(log, name, reference, "on a shuffled log")


def assert_the_second_customer_stays(
    log: ToldLog,
    name: str,
    twins: Sequence[Fact],
    facts: Sequence[Fact],
    reference: Reference,
    of_everybody: Collection[str] = (),
) -> None:
    log.empty(name)
    log.append(twins)
    log.catch_up()
    before = log.rows(name)
    log.append(facts)
    log.catch_up()
    assert_equals_reference(log, name, reference, "live")
    own = {table: rows for table, rows in log.rows(name).items() if table not in of_everybody}
    for table, rows in own.items():
        lost = _multiset(before[table]) - _multiset(rows)
        _check(not lost, f"{table}: rows of a second customer changed: {_shown(lost)}")


def assert_rebuild_equals_live(log: ToldLog, name: str) -> None:
    live = log.hashes(name)
    for size in (max(1, log.head() // 3), log.head() or 1):
        log.rebuild(name, batch_size=size)
        _check(
            log.hashes(name) == live, f"{name}: a rebuild in batches of {size} differs from the live tables"
        )


def assert_any_split_equals_live(log: ToldLog, name: str, random: Random) -> None:
    """One fact at a time, and in some batches that lie in another order, on a server in another time zone."""
    live, head = log.hashes(name), log.head()
    for cuts, zone, turned in (
        (range(1, head), "UTC", False),
        ((), "UTC", True),
        (random_cuts(head, random), "Pacific/Auckland", True),
    ):
        log.fold_in_batches(name, tuple(cuts), zone=zone, turned=turned)
        _check(
            log.hashes(name) == live,
            f"{name}: folded in batches up to {list(cuts)}{' that were turned round' * turned}"
            " it differs from live",
        )


def assert_equals_reference(log: ToldLog, name: str, reference: Reference, when: str) -> None:
    assert_same_rows(log.rows(name), reference(log.recorded()), when)


def assert_same_rows(
    folded: Mapping[str, Iterable[Row]], reference: Mapping[str, Iterable[Row]], when: str
) -> None:
    for table, rows in reference.items():
        expected, found = _multiset(rows), _multiset(folded[table])
        _check(
            expected == found,
            f"{table} {when} differs from the reference:\n"
            f"  only in the reference: {_shown(expected - found)}\n"
            f"  only in the table: {_shown(found - expected)}",
        )


def twin(facts: Sequence[Fact]) -> list[Fact]:
    """The same story of somebody else: every id in it is another."""
    return [msgspec.convert(_with_other_ids(msgspec.to_builtins(fact)), type(fact)) for fact in facts]


def shuffled(facts: Sequence[Fact], random: Random) -> list[Fact]:
    """Another order of the same facts; within a stream the order stays."""
    streams: dict[UUID, list[Fact]] = {}
    for fact in facts:
        streams.setdefault(fact.originator_id, []).append(fact)
    turns = [fact.originator_id for fact in facts]
    random.shuffle(turns)
    upcoming = {stream: iter(told) for stream, told in streams.items()}
    return [next(upcoming[stream]) for stream in turns]


def random_cuts(head: int, random: Random) -> tuple[int, ...]:
    """Some positions before the head, ascending."""
    return tuple(sorted(random.sample(range(1, head), random.randint(0, min(5, head - 1))))) if head else ()


def _with_other_ids(state: Any) -> Any:
    return json.loads(_A_UUID.sub(lambda found: str(uuid5(TWINS, found[0])), json.dumps(state)))


def _multiset(rows: Iterable[Row]) -> Counter[Any]:
    return Counter(_frozen(row) for row in rows)


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return frozenset((key, _frozen(item)) for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(map(_frozen, value))
    return value


def _shown(rows: Counter[Any]) -> str:
    return "; ".join(str(dict(sorted(row))) for row in list(rows.elements())[:5]) or "nothing"


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise AssertionError(message)
