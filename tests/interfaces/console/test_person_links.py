"""Who is one person: what an agent sees before they link or unlink, and what becomes of it."""

from uuid import UUID

import pytest

from tests.interfaces.console.conftest import Console, Person
from tests.interfaces.console.desk import ordered, registered, told
from tests.interfaces.console.person_page import known, path_of


def links_of(agent: Person, path: str, ending: str) -> list[str]:
    return [
        str(given["href"])
        for tag, given in agent.sees(path).tags
        if tag == "a" and str(given.get("href")).endswith(ending)
    ]


def sends(console: Console, agent: Person, path: str, fields: dict[str, str] | None = None) -> str:
    response = agent.sends(path, fields or {}, token=agent.sees(path).form_token)
    assert response.status_code == 303, response.text
    console.world.fold()
    return str(response.location)


def test_both_sides_are_shown_before_two_people_are_linked_and_before_they_are_apart_again(
    console: Console,
) -> None:
    ana = registered(console, "Ana Ferrer", email="ana@example.org")
    anna = registered(console, "Anna F.", email="anna@example.com")
    ordered(console, anna)
    maria = console.person("maria")
    before = [known(console, one) for one in (ana, anna)]
    preview = sends(console, maria, f"{path_of(ana)}/links/new", {"q": "anna@example.com"})
    assert preview == f"{path_of(ana)}/links/{anna}/new"
    text = maria.sees(preview).text
    assert all(said in text for said in ("Ana Ferrer", "ana@example.org", "Anna F.", "anna@example.com"))
    assert text.index("0 orders") < text.index("1 order €86.40")
    page = maria.sees(sends(console, maria, preview)).text
    assert "They are linked as one person" in page
    assert "Anna F. is the same person as Ana Ferrer: somebody stated it" in page
    assert known(console, anna)["customer_id"] == str(ana)
    end = f"{path_of(ana)}/links/{anna}/end"
    assert end in links_of(maria, path_of(ana), "/end")
    text = maria.sees(end).text
    assert text.index("anna@example.com") < text.index("Each side keeps what stands in its column")
    assert "The link has ended" in maria.sees(sends(console, maria, end)).text
    after = [known(console, one) for one in (ana, anna)]
    assert [one["orders"] for one in after] == [one["orders"] for one in before]
    assert [one["contact_points"] for one in after] == [one["contact_points"] for one in before]


def test_the_end_of_one_of_two_ways_says_that_they_stay_one_person(console: Console) -> None:
    ana, anna, third = (registered(console, name) for name in ("Ana", "Anna", "Anne"))
    for one, other in ((ana, anna), (anna, third), (ana, third)):
        told(console, f"/api/customers/{one}/links", {"profile_id": str(other)})
    maria = console.person("maria")
    assert "They stay one person" in maria.sees(f"{path_of(ana)}/links/{anna}/end").text
    told(
        console,
        f"/api/customers/{ana}/complaints".replace(f"customers/{ana}/", ""),
        {
            "customer_id": str(third),
            "category": "delivery",
            "severity": "low",
            "channel": "phone",
        },
    )
    assert "1 complaint, 1 open" in maria.sees(f"{path_of(ana)}/links/{anna}/end").text


def test_the_end_of_a_link_by_an_address_says_what_it_means(console: Console) -> None:
    ana = registered(console, "Ana", email="ana@example.org")
    maria = console.person("maria")
    (end,) = links_of(maria, path_of(ana), "/end")
    assert "ana@example.org belongs to Ana" in maria.sees(path_of(ana)).text
    assert "counts for the customer no more" in maria.sees(end).text


def test_whoever_is_meant_is_chosen_from_several_and_nobody_is_said_so(console: Console) -> None:
    ana, anna, other = (registered(console, name) for name in ("Ana", "Berta Soler", "Carla Soler"))
    maria = console.person("maria")
    path = f"{path_of(ana)}/links/new"
    several = maria.sends(path, {"q": "soler"})
    assert several.status_code == 200
    assert f"{path_of(ana)}/links/{anna}/new" in several.text
    assert f"{path_of(ana)}/links/{other}/new" in several.text
    nobody = maria.sends(path, {"q": "nobody@example.org"})
    assert nobody.status_code == 422
    assert "Nobody else was found" in nobody.text


@pytest.mark.parametrize("ending", ["new", "end"])
def test_a_link_with_nobody_is_not_found(console: Console, ending: str) -> None:
    ana, maria = registered(console, "Ana"), console.person("maria")
    assert maria.get(f"{path_of(ana)}/links/{UUID(int=9)}/{ending}").status_code == 404
