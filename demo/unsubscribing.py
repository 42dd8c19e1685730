"""The part of the story in which a link scanner changes nothing, and a customer unsubscribes by mail program."""

import re
from typing import Any

from demo import bodies, visitor
from demo.installation import Installation
from demo.mail_server import Mail
from demo.screen import Screen
from demo.telling import Named, People, require

LINK = re.compile(r"https?://\S+")


def unsubscribe(farley: Installation, screen: Screen, run: Named, people: People) -> None:
    """Unsubscribes the customer who spent most among the recipients, after a link scanner opened all links."""
    mails = {mail.recipient: mail for mail in farley.mail_server.received}
    number = next(customer for customer in people.audience if bodies.address_of(customer) in mails)
    mail = mails[bodies.address_of(number)]
    _scan(farley, screen, mail)
    key, _, value = mail.one_click.partition("=")
    visitor.post(mail.unsubscribe.strip("<>"), {key: value})
    head = _head(farley)
    screen.say(f"They press unsubscribe, and their mail program posts {mail.one_click} (simulated).")
    _show_withdrawn(farley, screen, people.ids[number], head)
    response = farley.api.ask(f"/api/campaigns/{run.campaign_id}/response", at_least=head)
    opted_out = sum(arm["opted_out"] for arm in response["arms"])
    screen.say(f"Opted out by a link of this run: {opted_out}.")
    require(opted_out == 1, "an opt-out counts against the run that carried the link")


def _scan(farley: Installation, screen: Screen, mail: Mail) -> None:
    before = _head(farley)
    links = {mail.unsubscribe.strip("<>"), *LINK.findall(mail.text)}
    for link in sorted(links):
        visitor.look(link)
    after = _head(farley)
    screen.say(f"A link scanner opens all {len(links)} links of the message to {mail.recipient} (simulated).")
    screen.say(f"The log's last fact before: {before}, after: {after}.")
    require(len(links) > 1 and before == after, "opening a link changes nothing")


def _head(farley: Installation) -> str:
    return str(farley.api.ask("/health/ready")["database"]["head"])


def _show_withdrawn(farley: Installation, screen: Screen, customer_id: str, head: str) -> None:
    farley.api.ask(f"/api/customers/{customer_id}", at_least=head)
    question = {"customer_id": customer_id, "channel": "email", "purpose": "marketing"}
    answer: Any = farley.api.tell("/api/eligibility", {**question, "message_class": "promotional"})
    stopped = {rule["code"]: rule["facts"] for rule in answer["rules"] if not rule["passed"]}
    why = ", ".join(f"{code} (fact {', '.join(facts)})" for code, facts in stopped.items())
    screen.say(f"The log's last fact now: {head}.")
    screen.say(f"Promotional e-mail to them from now on: {answer['verdict']}, {why}.")
    require(list(stopped) == ["CONSENT_WITHDRAWN"], "who unsubscribed gets nothing more")
