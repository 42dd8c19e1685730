"""One person who got nothing: why, rule by rule, and all that Farley knows of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interfaces.demo.ports import Api
from interfaces.demo.screen import Screen

FIRST, LAST = 5, 8
"""How many facts of a long history are shown from its beginning and its end."""
PAGE = 500


@dataclass(frozen=True, kw_only=True)
class Suppressed:
    customer_id: str
    complaint_position: int
    campaign_id: str
    run_id: str


def show_suppressed(api: Api, screen: Screen, person: Suppressed) -> None:
    """Explains the decision and shows the 360 and the history."""
    known = api.ask(f"/api/customers/{person.customer_id}")
    screen.act(f"5. Why {known['name']} got nothing, who spent most")
    _show_decision(api, screen, person)
    _show_rules(api, screen, person)
    screen.act(f"6. The 360 of {known['name']}")
    screen.table((">", ""), list(_in_lines(known)))
    screen.act(f"7. The history of {known['name']}")
    _show_history(screen, list(_history(api, person.customer_id)))


def _show_decision(api: Api, screen: Screen, person: Suppressed) -> None:
    decisions = f"/api/campaigns/{person.campaign_id}/runs/{person.run_id}/decisions"
    (decided,) = api.ask(f"{decisions}?customer_id={person.customer_id}")["items"]
    reasons = ", ".join(f"{one['code']} (fact {_facts(one['facts'])})" for one in decided["reasons"])
    screen.say(f"Decided at position {decided['position']} of the log: {decided['outcome']}, {reasons}.")
    screen.say(f"Their complaint stands at position {person.complaint_position} (simulated). Rule by rule:")


def _show_rules(api: Api, screen: Screen, person: Suppressed) -> None:
    asked = {
        "customer_id": person.customer_id,
        "channel": "email",
        "purpose": "marketing",
        "message_class": "promotional",
        "campaign_id": person.campaign_id,
    }
    told = api.tell("/api/eligibility", asked)
    rows = [
        ("passed" if rule["passed"] else "stops", rule["code"], _facts(rule["facts"]), rule["until"] or "")
        for rule in told["rules"]
    ]
    screen.table(("", "rule", "rests on facts", "until"), rows, marked="stops")
    screen.say(f"rules {told['rules_version']}, policy {told['policy_version']}: {told['verdict']}")


def _facts(positions: Sequence[str]) -> str:
    return ", ".join(positions)


def _in_lines(known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    orders, complaints, touches = known["orders"], known["complaints"], known["touchpoints"]
    yield "customer", known["customer_id"]
    yield "name", f"{known['name']}, {known['kind']}"
    for point in known["contact_points"]:
        yield point["channel"], f"{point['value']} ({point['label']})"
    for external_id in known["external_ids"]:
        yield "known as", f"{external_id['source']} {external_id['number']}"
    value = ", ".join(f"{one['amount']} {one['currency']}" for one in orders["value"])
    yield "orders", f"{orders['count']}, worth {value}, the last on {_day(orders['last_at'])}"
    yield (
        "complaints",
        f"{complaints['open']} open of {complaints['total']}: {_complaint(complaints['last'])}",
    )
    yield "touchpoints", f"{touches['total']}"
    yield "campaigns", f"{known['campaigns']['contacts']} messages"
    for consent in known["consents"]:
        said = "consents to" if consent["granted"] else "refuses"
        yield "consent", f"{said} {consent['purpose']} by {consent['channel']} (simulated)"
    for verdict in known["eligibility"]:
        why = f" because of {', '.join(verdict['reasons'])}" if verdict["reasons"] else ""
        yield "may we", f"{verdict['purpose']} by {verdict['channel']}: {verdict['verdict']}{why}"


def _complaint(last: Mapping[str, Any] | None) -> str:
    if last is None:
        return "none"
    return f"{last['category']}, {last['severity']}, {last['status']} (simulated): {last['description']}"


def _history(api: Api, customer_id: str) -> Iterator[Mapping[str, Any]]:
    cursor = ""
    while True:
        page = api.ask(f"/api/customers/{customer_id}/history?limit={PAGE}{cursor}")
        yield from page["items"]
        if page.get("next_cursor") is None:
            return
        cursor = f"&cursor={page['next_cursor']}"


def _show_history(screen: Screen, facts: Sequence[Mapping[str, Any]]) -> None:
    shown = [_row(fact) for fact in facts]
    if len(shown) > FIRST + LAST + 1:
        left_out = ("...", "", "", f"{len(shown) - FIRST - LAST} more facts")
        shown = [*shown[:FIRST], left_out, *shown[-LAST:]]
    screen.table((">position", "happened", "recorded", "fact"), shown)


def _row(fact: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return fact["position"], _day(fact["occurred_at"]), fact["recorded_at"][:19], _told(fact)


def _told(fact: Mapping[str, Any]) -> str:
    data = fact["data"]
    match fact["type"]:
        case "orders.OrderPlaced":
            line = data["lines"][0]
            return f"{fact['type']}  {line['quantity']} CDs, {line['amount']} {data['currency']}"
        case "complaints.ComplaintOpened":
            return f"{fact['type']}  {data['category']}, {data['severity']} (simulated)"
        case "customers.ConsentGranted":
            return f"{fact['type']}  {data['purpose']} by {data['channel']} (simulated)"
        case "customers.ContactPointAdded":
            return f"{fact['type']}  {data['value']} (simulated)"
    return str(fact["type"])


def _day(instant: str | None) -> str:
    return (instant or "never")[:10]
