"""What the library's projection writes into our timeline and audience tables, by the kind of fact."""

ENTRY = """insert into timeline_entry values (%(customer)s, %(position)s, %(at)s, %(at)s, '{0}', '{0}',
    %(channel)s, %(subject)s, null, null, %(data)s, '{{}}')"""
DID = """insert into audience_activity values
    (%(customer)s, %(position)s, '{}', %(channel)s, %(at)s, %(customer)s)"""
SEEN = """insert into audience_profile (customer_id, person_id, position)
    values (%(customer)s, %(customer)s, 0) on conflict do nothing"""
COUNTED = """update {0} set {1}_count = {1}_count + 1, last_{1}_at = %(at)s, position = %(position)s
    where {2} = %(customer)s"""
CHANNELS = """insert into touchpoint_count as t values (%(customer)s, %(channel)s, 1, %(at)s)
    on conflict (customer_id, channel) do update set total = t.total + 1, last_at = excluded.last_at"""
KNOWN = """update audience_profile set kind = %(kind)s, language = %(data)s::jsonb ->> 'language',
    country = %(data)s::jsonb ->> 'country', registered_at = %(at)s, position = %(position)s
    where customer_id = %(customer)s"""
PERSON = """insert into audience_fact
    select person_id, kind, language, country, time_zone, year_of_birth, attributes, registered_at, 0, '{}', null,
           touchpoint_count, last_touchpoint_at, 0, 0, null, 0, null, 0, position
    from audience_profile where customer_id = %(customer)s"""
LINKED = "update audience_profile set position = %(position)s where customer_id in (%(customer)s, %(other)s)"
PROFILE, FACT = ("audience_profile", "customer_id"), ("audience_fact", "person_id")

STATEMENTS = {
    "touchpoints.TouchpointRecorded": (
        *(ENTRY.format("touchpoint"), CHANNELS, DID.format("touchpoint"), SEEN),
        *(COUNTED.format(table, "touchpoint", key) for table, key in (PROFILE, FACT)),
    ),
    "orders.OrderPlaced": (
        *(ENTRY.format("order"), DID.format("order"), SEEN),
        *(COUNTED.format(table, "order", key) for table, key in (PROFILE, FACT)),
    ),
    "customers.ConsentGranted": (ENTRY.format("consent"),),
    "customers.CustomerRegistered": (SEEN, KNOWN, PERSON),
    "customers.ProfileLinked": (LINKED,),
}
