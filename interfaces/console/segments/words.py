"""What criteria may name in this installation, asked once for a page."""

from collections.abc import Mapping, Sequence

from babel import Locale

from domain.catalogue.attribute_types import AttributeType
from domain.criteria.fields import FIELDS
from domain.criteria.vocabularies import LANGUAGE, Vocabulary
from domain.money import CURRENCIES
from domain.touchpoints.events import TouchpointChannel
from interfaces.console.asking import ask
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.segments.conditions import DID, DID_NOT, FIELD, SEGMENT, SPENT, Words
from interfaces.console.segments.sentences import field_text

Options = Sequence[tuple[str, str]]
MOST = "500"


def words_known(f: Formats) -> Words:
    """Asks for the attributes and segments that criteria may name."""
    declared = ask("catalogue.list_attributes", {"limit": MOST})["items"]
    listed = ask("segments.list_segments", {"limit": MOST})["items"]
    return Words(
        attributes={
            one["name"]: one["type"] for one in declared if one["scope"] == "customer" and not one["personal"]
        },
        segments={str(one["segment_id"]): one["name"] for one in listed},
        time_zone=f.time_zone,
    )


def purposes() -> Options:
    return [(one["name"], one["name"]) for one in ask("catalogue.list_purposes", {"limit": MOST})["items"]]


def subjects(words: Words, t: Texts) -> Sequence[tuple[str, Options]]:
    """Returns what a condition may be about, in groups: pairs of a title and options."""
    deeds = [(name, t(f"segments.{name}")) for name in (DID, DID_NOT, SPENT)]
    known = [(what, field_text(what.removeprefix(FIELD), t)) for what in words.fields()]
    fields = [one for one in known if one[0].removeprefix(FIELD) in FIELDS]
    groups = [
        (t("segments.fields"), fields),
        (t("segments.deeds"), deeds),
        (t("segments.attributes"), [one for one in known if one not in fields]),
        (t("segments.segments"), [(SEGMENT, t("segments.segment"))] if words.segments else []),
    ]
    return [(title, options) for title, options in groups if options]


def suggestions(name: str, t: Texts) -> Options:
    """Returns the values of a field that has a vocabulary: pairs of a value and what it means."""
    vocabulary = FIELDS[name].values if name in FIELDS else None
    if not isinstance(vocabulary, Vocabulary):
        return ()
    names = _names(name, t)
    known = [(word, names.get(word, "")) for word in vocabulary.words()]
    return sorted(known, key=lambda one: one[1] or one[0])


def currencies(t: Texts) -> Options:
    names = Locale(t.language).currencies
    return [(code, str(names.get(code, ""))) for code in sorted(CURRENCIES)]


def channels(t: Texts) -> Options:
    return [(str(one), t.word("channel", one)) for one in TouchpointChannel]


def _names(name: str, t: Texts) -> Mapping[str, str]:
    locale = Locale(t.language)
    if name == "kind":
        return {word: t.word("customer_kind", word) for word in ("person", "organisation")}
    if name == "country":
        return dict(locale.territories)
    return dict(locale.languages) if FIELDS[name].values is LANGUAGE else {}


def is_yes_or_no(words: Words, what: str) -> bool:
    return words.type_of(what) is AttributeType.BOOLEAN
