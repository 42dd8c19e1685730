"""The look-up field, the screen pop, and orders."""

import pytest

from tests.interfaces.console.conftest import BASE, Console, Person
from tests.interfaces.console.desk import PHONE, ordered, registered, told


def looked_up(agent: Person, text: str) -> str:
    response = agent.sends("/console/look-up", {"q": text})
    assert "@" not in (response.location or "")
    return str(response.location) if response.status_code == 303 else response.text


def test_one_customer_is_found_by_whatever_names_them(console: Console) -> None:
    ana = registered(console, "Ana Ferrer Soler", email="ana@example.org", phone=PHONE)
    registered(console, "Berta Gil", email="berta@example.org")
    maria = console.person("maria")
    for text in ("ana@example.org", "ANA@example.org", PHONE, "0034961555014", str(ana), "ferrér soler"):
        assert looked_up(maria, text) == f"/console/people/{ana}", text


def test_an_order_is_found_by_its_number(console: Console) -> None:
    order = ordered(console, registered(console, "Ana"))
    assert looked_up(console.person("maria"), " 1001-5531 ") == f"/console/orders/{order}"


def test_several_are_listed_and_nobody_is_said_with_what_to_try(console: Console) -> None:
    for name in ("Ana Gil", "Berta Gil"):
        registered(console, name)
    maria = console.person("maria")
    page = looked_up(maria, "gil")
    assert "Ana Gil" in page
    assert "Berta Gil" in page
    assert "Nothing was found" in looked_up(maria, "<script>nobody</script>")
    assert "<script>nobody" not in looked_up(maria, "<script>nobody</script>")
    assert "Nothing was found" in looked_up(maria, "")


@pytest.mark.parametrize("number", ["+34961555014", "0034 961 555 014", PHONE])
def test_a_call_pops_up_the_one_customer_with_the_number_and_keeps_no_number_in_an_address(
    console: Console, number: str
) -> None:
    ana = registered(console, "Ana Ferrer", phone=PHONE)
    maria = console.person("maria")
    for plus in ("%2B", "+"):
        path = f"/console/call?from={number.replace('+', plus).replace(' ', '%20')}"
        assert maria.get(path).location == "/console/call"
        assert maria.get("/console/call").location == f"/console/people/{ana}"


def test_a_call_of_several_lists_those_first_with_whom_we_spoke_last(console: Console) -> None:
    ana, berta = registered(console, "Ana Ferrer", phone=PHONE), registered(console, "Berta Gil", phone=PHONE)
    for customer in (ana, berta):
        told(
            console,
            "/api/touchpoints",
            {
                "source": "desk",
                "message_id": f"call of {customer}",
                "channel": "phone",
                "direction": "inbound",
                "kind": "call",
                "occurred_at": f"2026-03-0{1 if customer == ana else 2}T10:00:00Z",
                "customer_id": str(customer),
            },
        )
    text = console.person("maria").sees("/console/call?from=%2B34961555014").text
    assert text.index("Berta Gil") < text.index("Ana Ferrer")


def test_a_caller_whom_nobody_knows_is_registered_with_the_number(console: Console) -> None:
    maria = console.person("maria")
    page = maria.sees("/console/call?from=%2B34961555014")
    assert "Nobody is known with +34961555014" in page.text
    form = maria.sees("/console/call/register")
    assert ("phone", "+34961555014") in [(a.get("name"), a.get("value")) for _, a in form.tags]
    sent = maria.sends("/console/call/register", {"name": "Ana Ferrer", "phone": "+34961555014"})
    console.world.fold()
    assert "Ana Ferrer" in maria.sees(str(sent.location)).text
    refused = maria.sends("/console/call/register", {"name": "Ana", "phone": "12"})
    assert refused.status_code == 422
    assert 'href="#phone"' in refused.text


def test_opening_a_call_changes_nothing(console: Console) -> None:
    maria, before = console.person("maria"), console.log_length()
    maria.get("/console/call?from=%2B34961555014", follow=True)
    assert console.log_length() == before


def test_an_order_is_shown_with_its_lines_and_the_sentence_to_tell(console: Console) -> None:
    order = ordered(console, registered(console, "Ana"))
    maria = console.person("maria")
    text = maria.sees(f"/console/orders/{order}").text
    assert "You ordered on 21 Feb 2026, for €86.40." in text
    assert "BLANKET" in text
    told(console, f"/api/orders/{order}/refunds", {"amount": "6.40", "occurred_at": "2026-02-22T10:00:00Z"})
    assert "We have refunded €6.40; €80.00 is left." in maria.sees(f"/console/orders/{order}").text
    told(console, f"/api/orders/{order}/cancellations", {"reason": "Not wanted"})
    assert "The order was cancelled" in maria.sees(f"/console/orders/{order}").text
    assert "1001-5531" in maria.sees("/console/orders?number=1001-5531").text
    assert "No order has this number" in maria.sees("/console/orders?number=77").text
    assert BASE not in text


def test_the_number_of_a_caller_is_forgotten_with_the_session(console: Console) -> None:
    maria = console.person("maria")
    maria.get(f"/console/call?from={PHONE}")
    assert maria.client.get_cookie("__Host-farley-call", "127.0.0.1") is not None
    maria.sends("/console/sign-out")
    assert maria.client.get_cookie("__Host-farley-call", "127.0.0.1") is None
