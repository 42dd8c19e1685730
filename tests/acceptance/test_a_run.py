"""A run from its start to its balance."""

from uuid import UUID

import pytest

from tests.smtp_sink import SmtpSink
from tests.world import World

pytestmark = pytest.mark.speaks_sql


def test_everyone_eligible_gets_one_message_and_the_run_balances(world: World, sink: SmtpSink) -> None:
    people = [world.customer(f"p{n}@example.org") for n in range(10)]
    complaint = world.complain(people[3])
    world.customer("silent@example.org", consent=False)
    world.fold()
    run_id = world.start(world.campaign())
    world.run_to_end(world.dispatcher())
    run = world.run(run_id)
    assert run["state"] == "finished"
    assert run["audience"] == 11
    assert run["outcomes"]["sent"] == 9
    assert run["outcomes"]["suppressed"] == 2
    assert run["reasons"] == {"NO_CONSENT": 1, "OPEN_COMPLAINT": 1}
    assert run["balanced"] is True
    decided = world.decisions(run_id)[people[3]]
    assert decided["reasons"] == [{"code": "OPEN_COMPLAINT", "facts": [complaint], "until": None}]
    assert sorted(mail.recipients[0] for mail in sink.received) == sorted(
        f"p{n}@example.org" for n in range(10) if n != 3
    )
    assert isinstance(people[0], UUID)


def test_11_the_zone_a_person_was_decided_in_is_recorded(world: World) -> None:
    tokyo = world.customer("tokyo@example.org", time_zone="Asia/Tokyo")
    nowhere = world.customer("nowhere@example.org")
    world.fold()
    run_id = world.start(world.campaign())
    world.run_to_end(world.dispatcher())
    with world.reading() as connection:
        rows = connection.execute(
            """
            select m.member_id, decided ->> 'time_zone' as time_zone, decided ->> 'zone_source' as zone_source
            from event.run_chunk_decided c
            cross join jsonb_array_elements(c.groups) as decided
            cross join jsonb_array_elements(decided -> 'people') as person
            join run_member m on (m.run_id, m.ordinal, m.place)
                = (c.originator_id, c.ordinal, (person ->> 'place')::bigint)
            where c.originator_id = %s
            """,
            [run_id],
        ).fetchall()
    assert {row["member_id"]: (row["time_zone"], row["zone_source"]) for row in rows} == {
        tokyo: ("Asia/Tokyo", "person"),
        nowhere: ("UTC", "installation"),
    }


def test_an_address_in_another_script_is_written_to_by_its_a_labels(world: World, sink: SmtpSink) -> None:
    world.customer("Ann@bücher.example")
    world.fold()
    run_id = world.start(world.campaign())
    world.run_to_end(world.dispatcher())
    assert world.run(run_id)["outcomes"]["sent"] == 1
    assert [mail.recipients[0] for mail in sink.received] == ["Ann@xn--bcher-kva.example"]
