"""What people do about a campaign comes back as its response: from the draw of the hold-out to the lift."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.responses.lift import Arm, lift
from tests.domain.drawing import number_of
from tests.interfaces.conftest import Api
from tests.interfaces.public.conftest import BODY, Site

PEOPLE = [UUID(int=n) for n in range(1, 41)]
SEED, SHARE = "autumn", Decimal("0.3")
HELD_OUT = [one for one in PEOPLE if number_of(SEED, one) < 0.3]
TREATED = [one for one in PEOPLE if one not in HELD_OUT]
WINDOW = timedelta(days=7)
RECOMPUTED = """
select d.member_id as customer_id, d.verdict,
       (h.signed + case when h.signed < 0 then 18446744073709551616 else 0 end) / 18446744073709551616.0 < c.hold_out
           as drawn
from run_decision d join run r on r.run_id = d.run_id join campaign c on c.campaign_id = r.campaign_id
cross join lateral (
    select ('x' || substr(encode(sha256(convert_to(c.seed || ':' || d.unit, 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint
        ::numeric as signed) h
"""


def address(person: UUID) -> str:
    return f"p{person.int}@example.org"


@dataclass
class Loop:
    """A campaign that ran, and a diary of what people then did: the oracle adds it up by hand."""

    site: Site
    api: Api
    campaign: UUID
    did: dict[str, set[UUID]] = field(default_factory=dict)
    spent: dict[UUID, Decimal] = field(default_factory=dict)
    numbers: Any = field(default_factory=count)

    def note(self, what: str, person: UUID) -> None:
        self.did.setdefault(what, set()).add(person)

    def touch(self, person: UUID, kind: str, **told: Any) -> None:
        """Names the campaign unless it replies to a message."""
        names = {} if "in_reply_to" in told else {"campaign_id": str(self.campaign)}
        body = {"source": "mailer", "message_id": str(uuid4()), "customer_id": str(person), "kind": kind}
        body |= {"channel": "email", "direction": "inbound", "occurred_at": self.now}
        self.api.stored("/api/touchpoints", {**body, **names, **told})

    def click(self, person: UUID, agent: str) -> None:
        path = self.site.click_of(address(person))
        token = self.site.look(path).form_token
        assert self.site.post(path, {"form_token": token}, User_Agent=agent).status_code == 303

    def order(self, amount: str, **whose: Any) -> str:
        line = {"sku": "A-1", "quantity": 1, "amount": amount}
        body = {"source": "shop", "number": str(next(self.numbers)), "occurred_at": self.now, "lines": [line]}
        order_id: str = self.api.stored("/api/orders", {**body, **whose})["order_id"]
        return order_id

    def buy(self, person: UUID, amount: str) -> str:
        """An order that counts."""
        self.note("converted", person)
        self.spent[person] = self.spent.get(person, Decimal(0)) + Decimal(amount)
        return self.order(amount, customer_id=str(person))

    @property
    def now(self) -> str:
        return self.site.world.clock.now().isoformat()

    def counted(self, what: str, people: Iterable[UUID]) -> int:
        return len(self.did.get(what, set()) & set(people))

    def response(self) -> Any:
        return self.api.get(f"/api/campaigns/{self.campaign}/response")


@pytest.fixture
def loop(site: Site) -> Loop:
    """The campaign is sent; an hour before, somebody ordered."""
    api = Api(site.world)
    for person in PEOPLE:
        site.world.customer(address(person), customer_id=person)
    before = Loop(site=site, api=api, campaign=UUID(int=0))
    before.order("500.00", customer_id=str(TREATED[0]))
    site.world.clock.move(timedelta(hours=1))
    site.world.fold()
    campaign = site.world.campaign(
        body=BODY, hold_out=SHARE, seed=SEED, attribution_window_days=7, cost_per_contact="0.05"
    )
    site.world.start(campaign)
    site.world.run_to_end(site.world.dispatcher())
    site.world.clock.move(timedelta(days=1))
    return Loop(site=site, api=api, campaign=campaign, numbers=count(100))


def test_17_everyone_in_the_log_was_drawn_as_an_auditor_recomputes_it_in_sql(loop: Loop) -> None:
    with loop.site.world.reading() as connection:
        rows = connection.execute(RECOMPUTED).fetchall()
    assert {row["customer_id"] for row in rows} == set(PEOPLE)
    assert all((row["verdict"] == "held_out") is row["drawn"] for row in rows)
    assert {row["customer_id"] for row in rows if row["drawn"]} == set(HELD_OUT)
    assert 5 < len(HELD_OUT) < 20


def test_25_what_people_do_comes_back_arm_by_arm_with_the_lift(loop: Loop) -> None:
    act(loop)
    answer = loop.response()
    for arm, people in zip(answer["arms"], (TREATED, HELD_OUT), strict=True):
        assert_arm(loop, arm, people)
    assert (answer["campaign_id"], answer["window_days"]) == (str(loop.campaign), 7)
    assert answer["position"] == str(loop.site.world.web.store.head())
    assert "SMTP never tells more" in answer["notes"]["delivered"]
    assert_lift(loop, answer["lift"])


def act(loop: Loop) -> None:
    """A day after the message, and then when the window is over."""
    (first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth, *more) = (
        TREATED
    )
    site, api = loop.site, loop.api
    for person in (first, second):
        loop.click(person, "Mozilla/5.0 Firefox/130.0")
        loop.note("clicked", person)
        loop.note("responded", person)
    loop.click(third, "Googlebot/2.1")
    loop.note("machine_clicked", third)
    loop.touch(first, "email_opened")
    loop.touch(fourth, "email_opened")
    loop.note("opened", first)
    loop.note("opened", fourth)
    loop.touch(fifth, "email_opened", machine=True)
    loop.note("machine_opened", fifth)
    (sent_to_sixth,) = [f for f in site.facts("messages.MessageHandedOver") if f["customer_id"] == sixth]
    loop.touch(sixth, "replied", in_reply_to=sent_to_sixth["rfc_message_id"])
    loop.note("responded", sixth)
    loop.touch(HELD_OUT[0], "visit", channel="store")
    loop.note("responded", HELD_OUT[0])
    assert site.one_click(site.page_of(address(seventh))).status_code == 200
    loop.note("opted_out", seventh)
    scope = {"scope": {"address": address(eighth)}, "reason": "HARD_BOUNCE"}
    api.stored("/api/suppressions", scope)
    loop.note("bounced", eighth)
    buy(loop, ninth, tenth, eleventh, twelfth)
    site.world.clock.move(WINDOW)
    loop.order("999.00", customer_id=str(more[0]))
    loop.click(more[1], "Mozilla/5.0 Firefox/130.0")


def buy(loop: Loop, ninth: UUID, tenth: UUID, eleventh: UUID, twelfth: UUID) -> None:
    api = loop.api
    refunded = loop.buy(ninth, "50.00")
    refund = {"refund_id": "r-1", "amount": "20.00", "occurred_at": loop.now}
    api.stored(f"/api/orders/{refunded}/refunds", refund)
    loop.spent[ninth] -= 20
    cancelled = loop.order("70.00", customer_id=str(tenth))
    api.stored(f"/api/orders/{cancelled}/cancellations")
    loop.order("11.00", identifier={"kind": "email", "value": address(eleventh)})
    other = api.customer(name="Never in the audience")
    loop.order("12.00", customer_id=str(other))
    api.stored(f"/api/customers/{twelfth}/links", {"profile_id": str(other)})
    for person, amount in ((eleventh, "11.00"), (twelfth, "12.00")):
        loop.note("converted", person)
        loop.spent[person] = Decimal(amount)
    for held_out, amount in ((1, "8.00"), (1, "9.50"), (2, "30.00"), (3, "25.00")):
        loop.buy(HELD_OUT[held_out], amount)


def assert_arm(loop: Loop, arm: dict[str, Any], people: list[UUID]) -> None:
    sent = len(people) if people is TREATED else 0
    bounced = loop.counted("bounced", people)
    names = ("opened", "clicked", "machine_opened", "machine_clicked", "responded", "opted_out", "converted")
    worth = sum((loop.spent.get(person, Decimal(0)) for person in people), Decimal(0))
    assert arm == {
        "variant": None,
        "hold_out": people is HELD_OUT,
        "people": len(people),
        "sent": sent,
        "refused": 0,
        "bounced": bounced,
        "delivered": sent - bounced,
        **{name: loop.counted(name, people) for name in names},
        "revenue": [{"currency": "EUR", "amount": str(worth)}],
        "cost": {"currency": "EUR", "amount": str(Decimal("0.05") * sent)},
    }


def assert_lift(loop: Loop, shown: dict[str, Any]) -> None:
    expected = lift(arm_of(loop, TREATED), arm_of(loop, HELD_OUT))
    assert expected.conversion is not None
    assert expected.revenue_per_person is not None
    assert shown["conversion"] == vars(expected.conversion)
    low, high = (float(shown["revenue_per_person"][name]) for name in ("low", "high"))
    assert (low, high) == pytest.approx(
        (expected.revenue_per_person.low, expected.revenue_per_person.high), abs=0.005
    )
    assert shown["revenue_per_person"]["currency"] == "EUR"
    assert "Small sample: fewer than 100 people were treated." in shown["warning"]


def arm_of(loop: Loop, people: list[UUID]) -> Arm:
    spent = [loop.spent[person] for person in people if person in loop.spent]
    return Arm(
        people=len(people),
        converted=loop.counted("converted", people),
        revenue=sum(spent, Decimal(0)),
        squares=sum((one * one for one in spent), Decimal(0)),
    )


def test_the_360_counts_what_a_person_did_about_campaigns(loop: Loop) -> None:
    act(loop)
    counts = {
        person: loop.api.get(f"/api/customers/{person}")["campaigns"]["responses"]
        for person in (TREATED[0], TREATED[2], TREATED[3], TREATED[5], TREATED[13])
    }
    assert list(counts.values()) == [1, 0, 0, 1, 1]


def test_without_a_hold_out_there_is_one_arm_no_lift_and_a_warning(site: Site) -> None:
    api = Api(site.world)
    site.world.customer("ann@example.org")
    campaign = api.campaign()
    assert [arm["people"] for arm in api.get(f"/api/campaigns/{campaign}/response")["arms"]] == [0]
    api.stored(f"/api/campaigns/{campaign}/approvals", If_Match="*")
    site.world.start(campaign)
    site.world.run_to_end(site.world.dispatcher())
    answer = api.get(f"/api/campaigns/{campaign}/response")
    assert [(arm["people"], arm["sent"], arm["cost"]) for arm in answer["arms"]] == [(1, 1, None)]
    assert (answer["lift"]["conversion"], answer["lift"]["revenue_per_person"]) == (None, None)
    assert answer["lift"]["warning"].startswith("Nobody was held out")
    assert answer["window_days"] == 14


def test_the_response_of_no_campaign_is_404(site: Site) -> None:
    answer = Api(site.world).ask("GET", f"/api/campaigns/{uuid4()}/response")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["type"] == "/problems/campaign-not-found"
