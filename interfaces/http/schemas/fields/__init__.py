"""The fields of schemas. Each accepts only its own JSON type: a flag refuses "true", a text refuses 1."""

from interfaces.http.schemas.fields.numbers import Amount, Currency, Digits, Money, Quantity, Share, Whole
from interfaces.http.schemas.fields.queried import (
    QueriedAddress,
    QueriedFlag,
    QueriedInstant,
    QueriedPositions,
    QueriedWords,
)
from interfaces.http.schemas.fields.structures import Many, Open, Part, TextOr, Tree
from interfaces.http.schemas.fields.texts import (
    LONGEST_NAME,
    LONGEST_NUMBER,
    Flag,
    Id,
    Position,
    Prose,
    Text,
    Word,
)
from interfaces.http.schemas.fields.times import Day, Instant, When

__all__ = [
    "LONGEST_NAME",
    "LONGEST_NUMBER",
    "Amount",
    "Currency",
    "Day",
    "Digits",
    "Flag",
    "Id",
    "Instant",
    "Many",
    "Money",
    "Open",
    "Part",
    "Position",
    "Prose",
    "Quantity",
    "QueriedAddress",
    "QueriedFlag",
    "QueriedInstant",
    "QueriedPositions",
    "QueriedWords",
    "Share",
    "Text",
    "TextOr",
    "Tree",
    "When",
    "Whole",
    "Word",
]
