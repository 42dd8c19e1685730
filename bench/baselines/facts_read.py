"""Reads the facts that decisions about people rest on, set-based, and discards them."""

import time
from collections.abc import Sequence
from uuid import UUID

import psycopg

PEOPLE = "create temp table if not exists people (id uuid primary key)"
FACTS = (
    "select p.id, c.time_zone from people p join read_customers.customer c on c.customer_id = p.id",
    "select p.id, l.other_profile_id, l.position from people p join read_identity.link l on l.profile_id = p.id",
    "select p.id, a.profile_id from people p join read_identity.alias a on a.person_id = p.id",
    """select p.id, t.contact_point_id, t.channel, t.address_id, t.label, t.added_position, t.removed_position,
           t.domain_ids, t.mailability
       from people p join read_customers.contact_point t on t.customer_id = p.id""",
    """select t.address_id, o.customer_id from people p join read_customers.contact_point t on t.customer_id = p.id
       join read_customers.contact_point o on o.address_id = t.address_id where o.customer_id <> t.customer_id""",
    "select p.id, e.profile_id, e.position from people p join read_customers.external_id e on e.customer_id = p.id",
    "select s.* from people p join read_consent.consent_statement s on s.customer_id = p.id",
    "select s.* from people p join read_suppression.complaint_stop s on s.customer_id = p.id",
    "select s.* from people p join read_suppression.imposed_suppression s on s.customer_id = p.id",
)


def seconds(url: str, people: Sequence[UUID]) -> float:
    """Returns the seconds that it takes to read the facts of these people."""
    with psycopg.connect(url) as connection:
        connection.execute(PEOPLE)
        with connection.cursor().copy("copy people from stdin") as copy:
            copy.write("".join(f"{person}\n" for person in people))
        connection.execute("analyze people")
        began = time.perf_counter()
        for statement in FACTS:
            connection.execute(statement).fetchall()
        return time.perf_counter() - began
