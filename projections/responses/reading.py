"""The response to a campaign: its arms side by side, and the lift. Linked profiles are one person.

The campaign's first decision that found a person eligible or held the person out determines the arm, whatever became
of the message (intention to treat). If linked members have different arms, the person is held out. Each person has a
window of days of 24 hours that begins at the handover, else at the planned send time. Facts count if their
`occurred_at` lies in the window. Opt-outs always count, because their link names the run. A bounce belongs to the
message that it names, else to the newest message that was handed over to the address before and not refused. So no
bounce counts twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.campaigns.campaign import DEFAULT_WINDOW_DAYS
from domain.responses.lift import Arm, Lift, lift
from projections.engine.runner import position_of
from projections.orders.reading import OrderValue
from projections.tallies import Tallied, of

RESTS_ON = ("identity", "orders", "campaigns", "responses")
"""The projections whose facts a response counts."""

RESPONSES = """
select 'response' as what, '' as name, count(*) as n, null::numeric as value, null::timestamptz as last_at
from campaign_touch where customer_id = any(array(select profile_id from profile_requested)) and is_response
"""

# Unions and one join combine the parts of this query. PostgreSQL cannot estimate the sizes of the parts, so it planned
# joins of several parts as nested loops, which took minutes.
_ARMS = """
with decided as (
    select distinct on (d.member_id) d.member_id, d.verdict = 'held_out' as held_out,
           greatest(r.planned_for, a.recorded_at) as planned_at
    from run r join run_audience a on a.run_id = r.run_id join run_decision d on d.run_id = r.run_id
    where r.campaign_id = %(campaign)s and d.verdict in ('eligible', 'held_out')
    order by d.member_id, d.position
),
mail as (
    select m.member_id, m.outcome, m.handed_over_at, m.outcome = 'failed' and m.reasons is null as refused,
           m.outcome = 'sent' and exists (
               select from address_bounce b
               where b.customer_id = m.address_id and b.imposed_at >= m.handed_over_at
                 and b.imposed_at < m.handed_over_at + make_interval(hours => 24 * %(days)s)
                 and (b.message_id = m.message_id or b.message_id is null and not exists (
                     select from message n
                     where n.address_id = m.address_id and (n.handed_over or n.outcome in ('sent', 'unknown'))
                       and n.handed_over_at <= b.imposed_at
                       and (n.handed_over_at, n.message_id) > (m.handed_over_at, m.message_id)))) as bounced
    from message m where m.campaign_id = %(campaign)s
),
person as materialized (
    select p.*, p.begins + make_interval(hours => 24 * %(days)s) as ends
    from (
        select coalesce(c.person_id, o.member_id) as person_id, bool_or(o.held_out) as held_out,
               count(*) filter (where o.outcome = 'sent') as sent, count(*) filter (where o.refused) as refused,
               count(*) filter (where o.bounced) as bounced,
               case when bool_or(o.held_out) then min(o.planned_at) filter (where o.held_out)
                    else coalesce(min(o.handed_over_at) filter (where o.outcome in ('sent', 'unknown')),
                                  min(o.handed_over_at), min(o.planned_at)) end as begins
        from (
            select member_id, held_out, planned_at, null as outcome, null::timestamptz as handed_over_at,
                   false as refused, false as bounced
            from decided
            union all
            select member_id, null, null, outcome, handed_over_at, refused, bounced from mail
        ) o
        left join person_profile c on c.profile_id = o.member_id
        group by 1
        having count(o.planned_at) > 0
    ) p
),
happened as (
    select customer_id, occurred_at, null as currency, null::numeric as value, reaction as what, is_response
    from reporting.campaign_reactions where campaign_id = %(campaign)s
    union all
    select customer_id, placed_at, currency, amount - refunded - cancelled, 'ordered', false from purchase
    where cancelled_at is null
      and placed_at >= (select min(begins) from person) and placed_at < (select max(ends) from person)
),
did as materialized (
    select p.person_id, p.held_out, h.what, h.is_response, h.currency, h.value,
           floor(extract(epoch from h.occurred_at - p.begins) / 86400)::bigint + 1 as day
    from happened h
    left join person_profile c on c.profile_id = h.customer_id
    join person p on p.person_id = coalesce(c.person_id, h.customer_id)
        and (h.what = 'opted_out' or h.occurred_at >= p.begins and h.occurred_at < p.ends)
),
spent as (
    select held_out, currency, sum(orders) as orders, sum(amount) as amount, sum(amount * amount) as squares
    from (
        select person_id, held_out, currency, count(*) as orders, sum(value) as amount
        from did where what = 'ordered' group by person_id, held_out, currency
    ) by_person
    group by held_out, currency
),
by_day as (
    select held_out, day, sum(converted)::bigint as converted, sum(responded)::bigint as responded
    from (
        select held_out, min(day) as day, 1 as converted, 0 as responded
        from did where what = 'ordered' group by person_id, held_out
        union all
        select held_out, min(day), 0, 1 from did where is_response group by person_id, held_out
    ) first_time
    group by held_out, day
),
spent_by_day as (
    select held_out, day, currency, sum(value) as amount
    from did where what = 'ordered' group by held_out, day, currency
)
select held_out, count(sent) as people, sum(sent)::bigint as sent, sum(refused)::bigint as refused,
       sum(bounced)::bigint as bounced, count(*) filter (where 'opened' = any(whats)) as opened,
       count(*) filter (where 'clicked' = any(whats)) as clicked,
       count(*) filter (where 'machine_opened' = any(whats)) as machine_opened,
       count(*) filter (where 'machine_clicked' = any(whats)) as machine_clicked,
       count(*) filter (where responded) as responded,
       count(*) filter (where 'opted_out' = any(whats)) as opted_out,
       count(*) filter (where 'ordered' = any(whats)) as converted,
       (select coalesce(jsonb_agg(jsonb_build_object('currency', currency, 'orders', orders, 'amount', amount::text,
                                                     'squares', squares::text) order by currency), '[]')
        from spent where spent.held_out = arm.held_out) as revenue,
       (select coalesce(jsonb_agg(jsonb_build_object('day', day, 'converted', converted, 'responded', responded)), '[]')
        from by_day where by_day.held_out = arm.held_out) as days,
       (select coalesce(jsonb_agg(jsonb_build_object('day', day, 'currency', currency, 'amount', amount::text)
                                  order by currency), '[]')
        from spent_by_day where spent_by_day.held_out = arm.held_out) as spent_by_day
from (
    select held_out, sent, refused, bounced, '{}'::text[] as whats, false as responded from person
    union all
    select held_out, null, null, null, array_agg(distinct what), bool_or(is_response)
    from did group by person_id, held_out
) arm
group by held_out order by held_out
"""


@dataclass(frozen=True, kw_only=True)
class ArmResponse:
    """What the people of one arm did. `sent`, `refused`, `bounced` and `delivered` count messages.

    The other counts are of people. `sent` and `refused`: messages that the next hop accepted or refused.
    `bounced`: sent messages that came back. `revenue`: amounts less refunds and cancelled orders, by currency.
    `cost`: the cost of the sent messages, None if the campaign has no cost per contact.
    """

    variant: str | None
    hold_out: bool
    people: int
    sent: int
    refused: int
    bounced: int
    delivered: int
    opened: int
    clicked: int
    machine_opened: int
    machine_clicked: int
    responded: int
    opted_out: int
    converted: int
    revenue: tuple[OrderValue, ...]
    cost: OrderValue | None


@dataclass(frozen=True, kw_only=True)
class ArmDay:
    """What the people of one arm did on one day of their windows.

    `converted`, `responded`: people whose first order or response was on that day. `revenue`: of the orders of the day.
    """

    hold_out: bool
    converted: int
    responded: int
    revenue: tuple[OrderValue, ...]


@dataclass(frozen=True, kw_only=True)
class ResponseDay:
    """A day of 24 hours of everybody's own window, counted from 1."""

    day: int
    arms: tuple[ArmDay, ...]


@dataclass(frozen=True, kw_only=True)
class CampaignResponse:
    """The arms of a campaign, the treated arm first, and their lift. `currency`: the currency of the lift's revenue.

    `days`: each day of the window.
    """

    campaign_id: UUID
    window_days: int
    arms: tuple[ArmResponse, ...]
    days: tuple[ResponseDay, ...]
    lift: Lift
    currency: str
    position: int


def campaign_response(
    connection: Connection[Any], campaign_id: UUID, *, currency: str
) -> CampaignResponse | None:
    """Returns the response to a campaign, or None if no campaign has this id.

    The lift's revenue is in the currency of most orders; of several such currencies, the first by name. Without
    orders, it is in `currency`.
    """
    campaign = connection.execute(
        "select attribution_window_days, hold_out, cost_per_contact, cost_currency from campaign"
        " where campaign_id = %s",
        [campaign_id],
    ).fetchone()
    if campaign is None:
        return None
    days = campaign["attribution_window_days"] or DEFAULT_WINDOW_DAYS
    rows = {row["held_out"]: row for row in _rows(connection, campaign_id, days)}
    chosen = _currency_of_most(list(rows.values())) or currency
    shown = (False, True) if True in rows or campaign["hold_out"] else (False,)
    return CampaignResponse(
        campaign_id=campaign_id,
        window_days=days,
        arms=tuple(_response(rows.get(held_out, {}), held_out, campaign) for held_out in shown),
        days=tuple(
            ResponseDay(
                day=day, arms=tuple(_day(rows.get(held_out, {}), held_out, day) for held_out in shown)
            )
            for day in range(1, days + 1)
        ),
        lift=lift(_arm(rows.get(False, {}), chosen), _arm(rows.get(True, {}), chosen)),
        currency=chosen,
        position=position_of(connection, RESTS_ON),
    )


def responses_counted(rows: Collection[Tallied]) -> int:
    """Returns the number of responses from the tally `RESPONSES`; `rows` may include rows of other tallies."""
    return sum(row.n for row in of("response", rows))


def _rows(connection: Connection[Any], campaign_id: UUID, days: int) -> Sequence[dict[str, Any]]:
    return connection.execute(_ARMS, {"campaign": campaign_id, "days": days}).fetchall()


def _currency_of_most(rows: Sequence[dict[str, Any]]) -> str | None:
    orders: dict[str, int] = {}
    for revenue in (money for row in rows for money in row["revenue"]):
        orders[revenue["currency"]] = orders.get(revenue["currency"], 0) + revenue["orders"]
    return min(orders, key=lambda currency: (-orders[currency], currency), default=None)


def _arm(row: dict[str, Any], currency: str) -> Arm:
    revenue: Sequence[dict[str, Any]] = row.get("revenue", ())
    sums = next((money for money in revenue if money["currency"] == currency), {})
    return Arm(
        people=row.get("people", 0),
        converted=row.get("converted", 0),
        revenue=Decimal(sums.get("amount", 0)),
        squares=Decimal(sums.get("squares", 0)),
    )


_COUNTED = (
    *("people", "sent", "refused", "bounced", "opened", "clicked", "machine_opened", "machine_clicked"),
    *("responded", "opted_out", "converted"),
)


def _response(row: dict[str, Any], held_out: bool, campaign: dict[str, Any]) -> ArmResponse:
    counted = {name: row.get(name, 0) for name in _COUNTED}
    return ArmResponse(
        variant=None,
        hold_out=held_out,
        **counted,
        delivered=counted["sent"] - counted["bounced"],
        revenue=tuple(
            OrderValue(currency=money["currency"], amount=Decimal(money["amount"]))
            for money in row.get("revenue", ())
        ),
        cost=_cost(campaign, counted["sent"]),
    )


def _day(row: dict[str, Any], held_out: bool, day: int) -> ArmDay:
    counted: dict[str, Any] = next((one for one in row.get("days", ()) if one["day"] == day), {})
    return ArmDay(
        hold_out=held_out,
        converted=counted.get("converted", 0),
        responded=counted.get("responded", 0),
        revenue=tuple(
            OrderValue(currency=money["currency"], amount=Decimal(money["amount"]))
            for money in row.get("spent_by_day", ())
            if money["day"] == day
        ),
    )


def _cost(campaign: dict[str, Any], sent: int) -> OrderValue | None:
    if campaign["cost_per_contact"] is None:
        return None
    return OrderValue(currency=campaign["cost_currency"], amount=campaign["cost_per_contact"] * sent)
