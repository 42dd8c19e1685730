"""The part of the story about a suppressed person: the decision, rule by rule, the 360 and the history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demo.api import ApiClient
from demo.screen import Screen
from demo.telling import Named, whole_list

FIRST, LAST = 5, 5
"""How many facts of a long history are shown from its beginning, and how many from its end."""


@dataclass(frozen=True, kw_only=True)
class Suppressed:
    customer_id: str
    complaint_position: int
    run: Named


def show_suppressed(api: ApiClient, screen: Screen, person: Suppressed) -> None:
    """Explains the decision and shows the 360 and the history."""
    known = api.ask(f"/api/customers/{person.customer_id}")
    screen.act(f"8. Why {known['name']} got nothing, who spent most")
    _show_decision(api, screen, person)
    _show_rules(api, screen, person)
    screen.act(f"9. The 360 of {known['name']}")
    screen.table((">", ""), list(_in_lines(known)))
    screen.act(f"10. The history of {known['name']}")
    _show_history(screen, list(whole_list(api, f"/api/customers/{person.customer_id}/history?")))


def _show_decision(api: ApiClient, screen: Screen, person: Suppressed) -> None:
    (decided,) = api.ask(f"{person.run.path}/decisions?customer_id={person.customer_id}")["items"]
    reasons = ", ".join(map(_reason, decided["reasons"]))
    screen.say(f"Decided at position {decided['position']} of the log: {decided['outcome']}, {reasons}.")
    screen.say(f"Their complaint stands at position {person.complaint_position} (simulated).")


def _show_rules(api: ApiClient, screen: Screen, person: Suppressed) -> None:
    question = {
        "customer_id": person.customer_id,
        "channel": "email",
        "purpose": "marketing",
        "message_class": "promotional",
        "campaign_id": person.run.campaign_id,
    }
    answer = api.tell("/api/eligibility", question)
    screen.say(
        f"By rules {answer['rules_version']} and policy {answer['policy_version']} they are {answer['verdict']}:"
    )
    stops = [("stops", _reason(rule)) for rule in answer["rules"] if not rule["passed"]]
    passed = ", ".join(rule["code"] for rule in answer["rules"] if rule["passed"])
    screen.table(("", ""), [*stops, ("passed", passed)], marked="stops")


def _reason(rule: Mapping[str, Any]) -> str:
    return f"{rule['code']} (fact {', '.join(rule['facts'])})" if rule["facts"] else str(rule["code"])


def _in_lines(known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    orders, complaints, touches = known["orders"], known["complaints"], known["touchpoints"]
    yield "customer", known["customer_id"]
    yield "name", f"{known['name']}, {known['kind']}"
    for point in known["contact_points"]:
        yield point["channel"], f"{point['value']} ({point['label']})"
    for external_id in known["external_ids"]:
        yield "known as", f"{external_id['source']} {external_id['number']}"
    value = ", ".join(f"{money['amount']} {money['currency']}" for money in orders["value"])
    yield "orders", f"{orders['count']}, worth {value}, the last on {_day(orders['last_at'])}"
    yield (
        "complaints",
        f"{complaints['open']} open of {complaints['total']}: {_complaint(complaints['last'])}",
    )
    yield "touchpoints", f"{touches['total']}"
    yield "campaigns", f"{known['campaigns']['contacts']} messages"
    for consent in known["consents"]:
        verb = "consents to" if consent["granted"] else "refuses"
        yield "consent", f"{verb} {consent['purpose']} by {consent['channel']} (simulated)"
    for verdict in known["eligibility"]:
        why = f" because of {', '.join(verdict['reasons'])}" if verdict["reasons"] else ""
        yield "may we", f"{verdict['purpose']} by {verdict['channel']}: {verdict['verdict']}{why}"


def _complaint(last: Mapping[str, Any] | None) -> str:
    if last is None:
        return "none"
    return f"{last['category']}, {last['severity']}, {last['status']} (simulated): {last['description']}"


def _show_history(screen: Screen, facts: Sequence[Mapping[str, Any]]) -> None:
    shown = [_row(fact) for fact in facts]
    if len(shown) > FIRST + LAST + 1:
        left_out = ("...", "", "", f"{len(shown) - FIRST - LAST} more facts")
        shown = [*shown[:FIRST], left_out, *shown[-LAST:]]
    screen.table((">position", "happened", "recorded", "fact"), shown)


def _row(fact: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return fact["position"], _day(fact["occurred_at"]), fact["recorded_at"][:19], _fact_line(fact)


def _fact_line(fact: Mapping[str, Any]) -> str:
    data = fact["data"]
    match fact["type"]:
        case "orders.OrderPlaced":
            line = data["lines"][0]
            return f"{fact['type']}  {line['quantity']} CDs, {line['amount']} {data['currency']}"
        case "complaints.ComplaintOpened":
            return f"{fact['type']}  {data['category']}, {data['severity']} (simulated)"
        case "runs.RunChunkDecided":
            (decided,) = data["decisions"]
            codes = ", ".join(reason["code"] for reason in decided["reasons"])
            return f"{fact['type']}  {decided['verdict']}: {codes}"
        case "customers.ConsentGranted":
            return f"{fact['type']}  {data['purpose']} by {data['channel']} (simulated)"
        case "customers.ContactPointAdded":
            return f"{fact['type']}  {data['value']} (simulated)"
    return str(fact["type"])


def _day(instant: str | None) -> str:
    return (instant or "never")[:10]
