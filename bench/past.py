"""The row of a past moment: the 360 of a customer with many facts, as it was known at an instant."""

import itertools
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlencode

import psycopg

from bench import mix
from bench.clients import ask, get
from bench.imports import imported
from bench.measuring import Row
from bench.servers import KEY, Farley, bare

FACTS = 1_000
PERSON = 2_000_000
"""The number of this person: apart from those of other rows."""
QUESTIONS = 60
_PROFILES = """
select array_agg(distinct profile) from event.profile_linked, unnest(array[customer_id, other_profile_id]) as profile
where customer_id = %(id)s or other_profile_id = %(id)s
"""


@contextmanager
def rows(running: Farley) -> Iterator[list[Row]]:
    """The row of a person with FACTS facts, in the log of all other rows; as many came after the instant."""
    people = mix.People(PERSON)
    imported(running, "customers", [mix.customer(PERSON)])
    imported(running, "consents", [mix.consent(PERSON)])
    imported(running, "touchpoints", [mix.touchpoint(people, PERSON) for _ in range(FACTS - 10)])
    known_at = datetime.now(UTC).isoformat()
    imported(running, "touchpoints", [mix.touchpoint(people, PERSON) for _ in range(FACTS)])
    running.wait_until_folded()
    customer, profiles = _person(running)
    with bare("bench.baselines.facts_route", running.url) as bare_port:

        def milliseconds(port: int, path: str, **query: str) -> float:
            made = itertools.repeat(get(f"{path}?{urlencode(query)}", KEY), QUESTIONS)
            return statistics.median(ask(port, made, clients=1).seconds) * 1000

        yield [
            Row(
                name="known-at 360 of a customer",
                unit="ms",
                size=f"{FACTS:,} facts",
                floor=8,
                aim=3,
                ours=lambda: milliseconds(running.port, f"/api/customers/{customer}", known_at=known_at),
                baseline=lambda: milliseconds(
                    bare_port, "/facts", profiles=",".join(profiles), known_at=known_at
                ),
                at_least=False,
            )
        ]


def _person(running: Farley) -> tuple[str, list[str]]:
    """The id of the person, who was registered last, and all profiles."""
    with psycopg.connect(running.url) as connection:
        found = connection.execute(
            "select originator_id from event.customer_registered order by position desc limit 1"
        ).fetchone()
        assert found is not None
        profiles = connection.execute(_PROFILES, {"id": found[0]}).fetchone()
    assert profiles is not None
    return str(found[0]), [str(profile) for profile in profiles[0]]
