"""Criteria in words, in both languages."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.criteria.fields import DOINGS, FIELDS, OPERATORS
from interfaces.console.formats import Formats
from interfaces.console.languages import LANGUAGES, texts
from interfaces.console.segments.sentences import Sentences

SEGMENT = "11111111-2222-4333-8444-555555555555"
SPAIN = {"field": "country", "op": "eq", "value": "ES"}
CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"all": []}, "everybody", "todas las personas"),
    (SPAIN, "country is Spain", "país: es España"),
    ({"all": [SPAIN]}, "country is Spain", "país: es España"),
    (
        {"all": [{"any": [SPAIN, {"field": "language", "op": "eq", "value": "es"}]}, {"not": SPAIN}]},
        "(country is Spain or language is Spanish) and not (country is Spain)",
        "(país: es España o idioma: es español) y no (país: es España)",
    ),
    (
        {"field": "country", "op": "in", "value": ["ES", "PT"]},
        "country is Spain or Portugal",
        "país: es España o Portugal",
    ),
    (
        {"field": "orders.count", "op": "ge", "value": 1200},
        "number of orders is at least 1,200",
        "número de pedidos: 1.200 como mínimo",
    ),
    (
        {"field": "year_of_birth", "op": "lt", "value": 1990},
        "year of birth is under 1990",
        "año de nacimiento: menos de 1990",
    ),
    (
        {"field": "last_order_at", "op": "lt", "value": "2026-03-01T00:00:00Z"},
        "last order is before 1 Mar 2026, 01:00 CET",
        "último pedido: antes de 1 mar 2026, 01:00 CET",
    ),
    (
        {"field": "attributes.vip", "op": "eq", "value": True},
        "vip is yes",
        "vip: es sí",
    ),
    (
        {"field": "attributes.since", "op": "exists", "value": False},
        "since is not known",
        "since: no se conoce",
    ),
    (
        {"did": {"kind": "order", "at_least": 3, "channel": "web", "within_days": 90}},
        "at least 3 orders by web in the last 90 days",
        "al menos 3 pedidos por web en los últimos 90 días",
    ),
    ({"did_not": {"kind": "call"}}, "not even 1 call", "ni siquiera 1 llamada"),
    ({"did_not": {"kind": "call", "at_least": 2}}, "fewer than 2 calls", "menos de 2 llamadas"),
    (
        {"spent": {"op": "ge", "value": "100.00", "within_days": 1}},
        "spent at least €100.00 in the last day",
        "gastó 100,00\xa0€ como mínimo en el último día",
    ),
    ({"segment": SEGMENT}, "in the segment “Regulars”", "en el segmento «Regulars»"),
]


def sentence(language: str, criteria: dict[str, Any]) -> str:
    f = Formats(language=language, time_zone="Europe/Madrid", now=datetime(2026, 11, 28, tzinfo=UTC))
    return Sentences(texts(language), f, "EUR", {SEGMENT: "Regulars"}).of(criteria)


@pytest.mark.parametrize(("criteria", "english", "spanish"), CASES)
def test_criteria_are_read_as_a_sentence(criteria: dict[str, Any], english: str, spanish: str) -> None:
    assert (sentence("en", criteria), sentence("es", criteria)) == (english, spanish)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_field_operator_and_kind_of_deed_has_words(language: str) -> None:
    for name, field in FIELDS.items():
        for op in OPERATORS[field.type]:
            value: Any = ["x"] if op == "in" else "x"
            said = sentence(language, {"field": name, "op": op, "value": value})
            assert said.startswith(texts(language)(f"criteria_field.{name}"))
    for kind in DOINGS:
        assert "1" in sentence(language, {"did": {"kind": kind}})
