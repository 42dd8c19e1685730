-- Touchpoints by which a customer reacted to a campaign, and which of them are responses. A touchpoint names the
-- campaign, a run or a message; a reply names a message by its id, alone or as the first part of its Message-ID.
create view pg_temp.campaign_reaction as
select customer_id, touchpoint_id, campaign_id, run_id, replies_to as message_id, reaction,
       reaction in ('clicked', 'responded') as is_response, occurred_at, position
from (
    select t.customer_id, t.originator_id as touchpoint_id, t.campaign_id, t.run_id, t.occurred_at, t.position,
           substring(t.in_reply_to from
               '^\s*<?([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-5[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12})'
               '(?:\.[0-9]+@[^<>]*)?>?\s*$')::uuid as replies_to,
           case when t.kind = 'email_opened' then case when t.machine then 'machine_opened' else 'opened' end
                when t.kind = 'email_clicked' then case when t.machine then 'machine_clicked' else 'clicked' end
                when t.kind <> 'delivered' and t.direction = 'inbound' and t.machine is not true
                then 'responded' end as reaction
    from touchpoint_recorded t
    where t.campaign_id is not null or t.run_id is not null or t.in_reply_to is not null
) touchpoint
where (campaign_id is not null or run_id is not null or replies_to is not null) and reaction is not null;
