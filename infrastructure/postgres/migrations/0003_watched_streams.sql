-- Hands messages over as before, but a fact about nobody is found by its stream: a pause or a cancellation of
-- the campaign, or another policy, behind the position that a decision read, refuses those who watch it. And the
-- lease must still run: whoever was stopped past it decided for an instant that is long gone.
create or replace function log.hand_over(
    lease_name text, held_epoch bigint, read_position bigint, longest_tail bigint,
    stopping_topics text[], handover_topic text, campaign_id uuid,
    originator_ids uuid[], originator_versions bigint[], states bytea[], customer_ids uuid[],
    watch_indexes int[], watch_profiles uuid[],
    brought_instant timestamptz default null
) returns table (index int, "position" bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    last_position bigint;
    last_instant timestamptz;
    instant timestamptz;
    refused int[];
    accepted int[];
begin
    perform log.lock();
    -- for share: nobody takes the lease over until this handover is committed and can be settled
    perform 1 from operation.leases l
    where l.name = lease_name and l.epoch = held_epoch and l.expires_at > clock_timestamp() for share;
    if not found then
        raise exception 'the lease % has passed to another holder', lease_name using errcode = 'FA001';
    end if;
    select e.notification_id, e.recorded_at into last_position, last_instant
    from log.events e order by e.notification_id desc limit 1;
    if last_position - read_position > longest_tail then
        raise exception 'the facts were read % positions ago', last_position - read_position
            using errcode = 'FA002';
    end if;
    with tail as (
        select coalesce(e.customer_id, e.originator_id) as customer_id, e.other_customer_id
        from log.events e
        where e.notification_id > read_position
          and (e.topic = any (stopping_topics)
               or (e.topic = handover_topic
                   and convert_from(e.state, 'UTF8')::jsonb ->> 'campaign_id' = hand_over.campaign_id::text))
    ), stopped as (
        select t.customer_id as profile from tail t
        union select t.other_customer_id from tail t where t.other_customer_id is not null
    )
    select array_agg(distinct w.message) into refused
    from unnest(watch_indexes, watch_profiles) as w(message, profile)
    join stopped s on s.profile = w.profile;

    select array_agg(f.ordinal::int order by f.ordinal) into accepted
    from unnest(originator_ids, originator_versions) with ordinality
        as f(originator_id, originator_version, ordinal)
    where not f.ordinal::int = any (coalesce(refused, '{}'))
      and not exists (select 1 from log.events e where e.originator_id = f.originator_id
                      and e.originator_version >= f.originator_version);

    instant := log.recording_instant(brought_instant, last_instant);
    insert into log.events
    select originator_ids[a.message], originator_versions[a.message], handover_topic, states[a.message],
           last_position + a.ordinal, instant, customer_ids[a.message], null
    from unnest(accepted) with ordinality as a(message, ordinal);

    return query
    select o.message::int, last_position + a.ordinal
    from generate_subscripts(originator_ids, 1) as o(message)
    left join unnest(accepted) with ordinality as a(message, ordinal) on a.message = o.message
    order by 1;
end $$;
