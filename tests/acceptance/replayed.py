"""Two runs of seventy people to whom much happens meanwhile, and copies of their log to look into or forge."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from application.complaints.commands import CloseComplaint
from application.customers.whose import GivenIdentifier
from application.dispatch import deciding, sending
from application.policies.commands import AdoptSuppressionPolicy
from application.replaying.differences import Replayed
from application.suppressions.commands import GivenScope, ImposeSuppression
from infrastructure.wiring.use_cases import UseCases
from projections.engine.definitions import PROJECTIONS, schema_of
from tests.builders import named
from tests.smtp_sink import SmtpSink
from tests.world import VirtualClock, World, located_on

A_STEP = timedelta(minutes=1)
_copies = itertools.count(1)
Tamper = Callable[[psycopg.Connection[Any]], None]


@dataclass(kw_only=True)
class Happened:
    """Where it all stands, and who is who by a name."""

    database: Any
    home: Path
    people: dict[str, UUID] = field(default_factory=dict)
    complaints: dict[str, int] = field(default_factory=dict)
    campaign: UUID = field(init=False)
    run: UUID = field(init=False)
    rechecked_run: UUID = field(init=False)
    ended_at: datetime = field(init=False)

    @cached_property
    def log_alone(self) -> "LogAlone":
        return LogAlone(self)

    def close(self) -> None:
        """Lets go of what was opened to look into it."""
        if "log_alone" in vars(self):
            self.log_alone.close()


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A decision as the log has it."""

    member: UUID
    which: str
    position: int
    at: datetime
    verdict: str
    codes: list[str]
    rules_version: int
    place: int | None = None
    """Of a first decision: the member's index in the part that it decides."""


def happen(database: Any, home: Path) -> Happened:
    """Tells the story, then lets go of the database, so that it can be copied. Ids are fixed: so are the draws."""
    sizes = deciding.CHUNK, sending.FIRST_GROUP
    deciding.CHUNK, sending.FIRST_GROUP = 25, 10
    story = Happened(database=database, home=home)
    try:
        with SmtpSink() as sink:
            world = World(database, home, sink)
            try:
                _before(world, story)
                _run(world, story)
                _rechecked_run(world, story)
                story.ended_at = world.clock.now()
            finally:
                world.close()
    finally:
        deciding.CHUNK, sending.FIRST_GROUP = sizes
    return story


def _before(world: World, story: Happened) -> None:
    people = story.people
    for n in range(60):
        people[f"p{n}"] = world.customer(
            f"p{n}@example.org",
            customer_id=named(f"p{n}"),
            time_zone="Asia/Tokyo" if n % 7 == 0 else None,
            consent=n not in (3, 4),
        )
    for n in range(6):
        for which in "ab":
            name = f"shared{n}{which}"
            people[name] = world.customer(f"shared{n}@example.org", customer_id=named(name))
    for n, domain in enumerate(("blocked.example", "mail.blocked.example")):
        name = f"blocked{n}"
        people[name] = world.customer(f"b{n}@{domain}", customer_id=named(name))
    people["utf8"] = world.customer("jürgen@example.org", customer_id=named("utf8"))
    for n in range(2):
        world.link(people[f"p{n}"], people[f"p{n + 40}"])
    _adopt(world)
    for n in (5, 6):
        world.withdraw(people[f"p{n}"])
    for n in (8, 9):
        story.complaints[f"p{n}"] = world.complain(people[f"p{n}"])
    story.complaints["shared0a"] = world.complain(people["shared0a"])
    world.complain(identifier=GivenIdentifier(kind="email", value="p10@example.org"))
    for n in (11, 12, 13):
        _complain_and_close(world, people[f"p{n}"], "high")
    _complain_and_close(world, people["p14"], "low")
    _suppress(world, "GLOBAL_DO_NOT_CONTACT", customer_id=people["p15"])
    _suppress(world, "HARD_BOUNCE", address="p16@example.org")
    _suppress(world, "DOMAIN_BLOCKED", domain="blocked.example")
    _suppress(world, "OPERATOR_EXCLUDED", customer_id=people["p17"], until=world.clock.now() + timedelta(3))
    world.clock.move(timedelta(days=1))


def _run(world: World, story: Happened) -> None:
    """Things happen between its audience, its chunks and its groups of handovers."""
    people, dispatcher = story.people, world.dispatcher()
    story.campaign = world.campaign(hold_out=0.2, seed="a seed", brand="north")
    story.run = world.start(story.campaign)
    meanwhile: dict[str, Callable[[], object]] = {
        "runs.RunAudienceRecorded": lambda: world.complain(people["p20"]),
        "runs.RunChunkDecided": lambda: world.withdraw(people["p21"]),
        "messages.MessageSent": lambda: _amid(world, story),
    }
    for _ in range(30):
        if not step(world, dispatcher):
            break
        last = world.log_names()[-1]
        meanwhile.pop(last, lambda: None)()
    dispatcher.release()
    assert not meanwhile
    assert world.run(story.run)["state"] == "finished"


def _amid(world: World, story: Happened) -> None:
    """After the first group of handovers: whom the second decision stops, and who is one person now."""
    people = story.people
    world.fold()
    waiting = _waiting(world, story)
    complaining, withdrawing, linked, suppressed = waiting[:4]
    people["complains amid"], people["is linked amid"] = complaining, linked
    story.complaints["complains amid"] = world.complain(complaining)
    world.withdraw(withdrawing)
    world.link(people["p8"], linked)
    _suppress(world, "SPAM_COMPLAINT", customer_id=suppressed)
    world.clock.move(A_STEP)
    world.fold()


def _waiting(world: World, story: Happened) -> list[UUID]:
    """Found eligible and not written to yet, with an address of their own."""
    alone = {one for name, one in story.people.items() if name.startswith("p")}
    with world.reading() as connection:
        rows = connection.execute(
            "select member_id from run_open where run_id = %s and member_id = any(%s) order by 1",
            [story.run, list(alone)],
        ).fetchall()
    found = [row["member_id"] for row in rows]
    assert len(found) >= 4
    return found


def _rechecked_run(world: World, story: Happened) -> None:
    """Of another campaign, whose members must still match when they are handed over."""
    content = {
        "body": "A recall.",
        "recheck_segment": True,
        "audience": {"field": "complaint_count", "op": "eq", "value": 0},
    }
    story.rechecked_run = world.start(world.campaign(message_class="service", purpose="service", **content))
    dispatcher = world.dispatcher()
    while world.log_names()[-1] != "runs.RunChunkDecided":
        assert step(world, dispatcher)
    story.people["leaves the segment"] = story.people["p30"]
    world.complain(story.people["p30"])
    while step(world, dispatcher):
        pass
    assert world.run(story.rechecked_run)["state"] == "finished"


def step(world: World, dispatcher: Any) -> bool:
    """One step of the dispatcher, at an instant of its own."""
    for _ in range(3):
        world.clock.move(A_STEP)
        world.fold()
        if dispatcher.advance():
            return True
    return False


def _adopt(world: World) -> None:
    command = AdoptSuppressionPolicy(cooling_off_days={"high": 60}, note="longer")
    world.services.policies.adopt_suppression_policy(command, world.request())
    later = AdoptSuppressionPolicy(
        cooling_off_days={"high": 5}, takes_effect_at=world.clock.now() + timedelta(days=365)
    )
    world.services.policies.adopt_suppression_policy(later, world.request())


def _suppress(world: World, reason: str, *, until: datetime | None = None, **scope: Any) -> None:
    command = ImposeSuppression(scope=GivenScope(**scope), reason=reason, until=until)
    world.services.suppressions.impose_suppression(command, world.request())


def _complain_and_close(world: World, customer: UUID, severity: str) -> None:
    position = world.complain(customer, severity=severity)
    with world.reading() as connection:
        row = connection.execute(
            "select originator_id from log.facts where position = %s", [position]
        ).fetchone()
    command = CloseComplaint(complaint_id=row["originator_id"], root_cause="carrier", outcome="upheld")
    world.services.complaints.close_complaint(command, world.request())


# Copies


@contextmanager
def copied(happened: Happened) -> Iterator[UseCases]:
    """An installation on a copy of the log."""
    name = happened.database.url.partition("@/")[2].partition("?")[0]
    copy = f"{name}_copy{next(_copies)}"
    server = happened.database.url.replace(name, "postgres")
    happened.database.let_go()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'create database "{copy}" template "{name}" strategy file_copy'.encode())
    url = happened.database.url.replace(name, copy)
    try:
        located = located_on(_Copy(url, happened.database.keys_url), happened.home)
        with UseCases(located, pool_size=2, clock=VirtualClock(happened.ended_at)) as installation:
            yield installation
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'drop database "{copy}" with (force)'.encode())


class LogAlone:
    """A copy of the log without read models, which a superuser forges for one question and then puts right again."""

    def __init__(self, happened: Happened) -> None:
        self._opened = ExitStack()
        installation = self._opened.enter_context(copied(happened))
        self._url = installation.located.database_url
        self.services = installation.services()
        with psycopg.connect(self._url) as connection:
            for name in PROJECTIONS:
                connection.execute(f"drop schema {schema_of(name)}, {schema_of(name)}_1 cascade".encode())
            connection.execute("alter table log.events disable trigger events_never_change")
            connection.execute("create table public.events as select * from log.events")

    def close(self) -> None:
        self._opened.close()

    @contextmanager
    def forged(self, tamper: Tamper) -> Iterator[None]:
        try:
            with psycopg.connect(self._url) as connection:
                tamper(connection)
            yield
        finally:
            with psycopg.connect(self._url) as connection:
                connection.execute("delete from log.events")
                connection.execute("insert into log.events select * from public.events")


@dataclass(frozen=True)
class _Copy:
    url: str
    keys_url: str


def replayed(happened: Happened, tamper: Tamper | None = None, *, run: UUID | None = None) -> Replayed:
    with happened.log_alone.forged(tamper) if tamper else nullcontext():
        return happened.log_alone.services.replaying.replay(run or happened.run)


def found(of: Replayed) -> set[tuple[UUID | None, str]]:
    return {(one.member_id, one.part) for one in of.differences}


def state_at(connection: psycopg.Connection[Any], position: int) -> dict[str, Any]:
    row = connection.execute("select data from log.facts where position = %s", [position]).fetchone()
    assert row is not None
    return dict(row[0])


def rewrite(connection: psycopg.Connection[Any], position: int, state: dict[str, Any]) -> None:
    connection.execute(
        "update log.events set state = %s where notification_id = %s", [json.dumps(state).encode(), position]
    )


def leave_out(position: int) -> Tamper:
    def tamper(connection: psycopg.Connection[Any]) -> None:
        connection.execute("delete from log.events where notification_id = %s", [position])

    return tamper


def recorded_decisions(connection: psycopg.Connection[Any], run: UUID) -> list[Recorded]:
    """Every decision of a run, as its facts say. The run has one listing."""
    listed = connection.execute(
        "select (data ->> 'ordinal')::int, data -> 'members' from log.facts"
        " where originator_id = %s and stored_name = 'runs.RunAudienceListed'",
        [run],
    )
    parts = dict(listed.fetchall())
    rows = connection.execute(
        "select position, stored_name, occurred_at, data from log.facts where originator_id = %(run)s"
        " and stored_name = 'runs.RunChunkDecided' or data ->> 'run_id' = %(run)s::text"
        " and stored_name in ('messages.MessageHandedOver', 'messages.MessageWithheld') order by position",
        {"run": run},
    ).fetchall()
    return [one for row in rows for one in _decisions_of(parts, *row)]


def _decisions_of(
    parts: Mapping[int, Sequence[str]], position: int, stored_name: str, at: datetime, data: Any
) -> Iterator[Recorded]:
    common = {"position": position, "at": at, "rules_version": data["rules_version"]}
    if stored_name == "runs.RunChunkDecided":
        for group in data["groups"]:
            codes = [reason["code"] for reason in group["reasons"]]
            for person in group["people"]:
                verdict, place = group["verdict"], person["place"]
                member = UUID(parts[data["ordinal"]][place])
                yield Recorded(
                    member=member, which="first", verdict=verdict, codes=codes, place=place, **common
                )
        return
    codes = [reason["code"] for reason in data.get("reasons", [])]
    which = "withheld" if codes else "handover"
    verdict = "suppressed" if codes else "eligible"
    yield Recorded(member=UUID(data["member_id"]), which=which, verdict=verdict, codes=codes, **common)
