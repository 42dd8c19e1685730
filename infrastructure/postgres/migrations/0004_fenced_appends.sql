-- Appends only while a lease is held: a process that was stopped past its lease and continues commits nothing.

-- As log.append, for the holder of this lease at this epoch. It is looked at under the log's lock: whoever takes
-- the lease over while this waits for its turn is seen; whoever wants it afterwards waits for this commit.
create function log.append_held(
    lease_name text, held_epoch bigint,
    originator_ids uuid[], originator_versions bigint[], topics text[], states bytea[],
    customer_ids uuid[], other_customer_ids uuid[],
    receipt_subject text default null, receipt_key text default null,
    receipt_fingerprint bytea default null, receipt_answer jsonb default null,
    brought_instant timestamptz default null,
    out first_position bigint, out earlier_fingerprint bytea, out earlier_answer jsonb,
    out earlier_position bigint
) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform log.lock();
    perform 1 from operation.leases l
    where l.name = lease_name and l.epoch = held_epoch and l.expires_at > clock_timestamp()
    for share;
    if not found then
        raise exception 'the lease % is not held at epoch %', lease_name, held_epoch using errcode = 'FA001';
    end if;
    select a.first_position, a.earlier_fingerprint, a.earlier_answer, a.earlier_position
    into first_position, earlier_fingerprint, earlier_answer, earlier_position
    from log.append(originator_ids, originator_versions, topics, states, customer_ids, other_customer_ids,
                    receipt_subject, receipt_key, receipt_fingerprint, receipt_answer, brought_instant) a;
end $$;

revoke all on function log.append_held from public;
grant execute on function log.append_held to farley_dispatcher;
