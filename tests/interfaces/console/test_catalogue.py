"""The catalogue in the console: what is declared, and one more of each kind."""

import pytest

from tests.interfaces.console.conftest import Console

CATALOGUE = "/console/catalogue"


@pytest.mark.parametrize("kind", ["purpose", "topic", "brand", "division"])
def test_a_name_is_declared_with_its_description(console: Console, kind: str) -> None:
    ana = console.person("ana", "administrator")
    sent = ana.sends(f"{CATALOGUE}/new/{kind}", {"name": "Northern", "description": "Shops of the <north>"})
    page = ana.sees(sent.location)
    assert "It is declared" in page.text
    assert "Northern Shops of the <north>" in page.text


def test_an_attribute_is_declared_encrypted_or_in_the_clear(console: Console) -> None:
    ana = console.person("ana", "administrator")
    for name, personal in (("hobby", "yes"), ("shoe_size", "no")):
        given = {"name": name, "scope": "customer", "type": "number", "personal": personal}
        assert ana.sends(f"{CATALOGUE}/new/attribute", given).status_code == 303
    text = ana.sees(CATALOGUE).text
    assert "hobby Customer Number encrypted" in text
    assert "shoe_size Customer Number in the clear" in text


def test_a_wrong_name_of_an_attribute_is_refused_at_its_field(console: Console) -> None:
    ana = console.person("ana", "administrator")
    given = {"name": "Shoe Size", "scope": "customer", "type": "number", "personal": "no"}
    refused = ana.sends(f"{CATALOGUE}/new/attribute", given)
    assert refused.status_code == 422
    assert 'id="name-error"' in refused.text
    assert 'value="Shoe Size"' in refused.text


def test_an_analyst_looks_on(console: Console) -> None:
    analyst = console.person("olga", "analyst")
    assert "Declare" not in analyst.sees(CATALOGUE).text
    assert "marketing" in analyst.sees(CATALOGUE).text
    analyst.sees(f"{CATALOGUE}/new/topic", 403)
