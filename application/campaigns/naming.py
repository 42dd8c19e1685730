"""The values that a campaign's templates may name. Finds unknown names, and attributes that may be typing errors."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from application.campaigns.commands import DraftCampaign
from application.campaigns.samples import somebody
from application.campaigns.unsubscribing import UNSUBSCRIBE_URL, is_unsubscribable
from application.catalogue.declared import catalogue_of
from application.store import Store
from application.templates import Named, Templates
from domain.campaigns.errors import InvalidTemplate
from domain.campaigns.events import CampaignContent
from domain.catalogue.attribute_types import AttributeScope
from domain.catalogue.catalogue import Attribute
from domain.nearest import likeness, most_alike

ATTRIBUTES = "attributes"
TEMPLATE_NAMES = ("name", "language", "country", ATTRIBUTES)
"""The values of the recipient that a template may name. `attributes.NAME` is one attribute of the recipient.

The body of a promotional e-mail may also print its `unsubscribe_url`.
"""
FIELDS_OF_VALUES = frozenset({"size"})
"""The fields that a text, number, boolean, date or instant has in a template."""
LONGEST_NAME = 100
"""The number of characters of a name that an error message quotes."""

Content = DraftCampaign | CampaignContent
HeldInTheClear = Callable[[Collection[str]], Collection[str]]
"""Returns those of these attributes that some customer has unencrypted."""


@dataclass(frozen=True, kw_only=True)
class DoubtfulAttributes:
    """Attributes that templates name and that may be typing errors. They may also arrive later.

    `undeclared_attributes` are not in the catalogue of customer attributes. `absent_attributes` are those that no
    customer has.
    """

    undeclared_attributes: list[str]
    absent_attributes: list[str]


class Naming:
    """Checks the names in templates against the names of recipients' values."""

    def __init__(self, store: Store, templates: Templates, held_in_the_clear: HeldInTheClear) -> None:
        self._store = store
        self._templates = templates
        self._held_in_the_clear = held_in_the_clear

    def check(self, content: Content, part: str) -> None:
        """Raises InvalidTemplate, with the line and the nearest known name, for an unknown name.

        `part` is `subject` or `body`.
        """
        names, declared = _names_for(content, part), self._declared()
        for named in self._templates.names(getattr(content, part)):
            _refuse_unknown_name(named, names, declared)
            _refuse_unknown_field(named, declared)

    def doubtful(self, content: Content, held: Collection[str] | None = None) -> DoubtfulAttributes:
        """Returns the doubtful attributes of the templates.

        `held` are all attributes that some of the addressees have, if the addressees are known. Without `held`,
        Farley cannot tell whether an encrypted attribute is absent, so it reports none of them.
        """
        named, declared = self._attributes(content), self._declared()
        in_the_clear = {name for name in named if name in declared and not declared[name].personal}
        missing = in_the_clear if held is None else named - set(held)
        return DoubtfulAttributes(
            undeclared_attributes=sorted(named - declared.keys()),
            absent_attributes=sorted(missing - set(self._held_in_the_clear(missing))),
        )

    def invented(self, content: Content) -> dict[str, Any]:
        """Returns the template values of one invented person, who has every attribute that the templates name."""
        return somebody(catalogue_of(self._store), self._attributes(content))

    def _attributes(self, content: Content) -> set[str]:
        named = [*self._templates.names(content.subject), *self._templates.names(content.body)]
        return {each.path[1] for each in named if each.path[0] == ATTRIBUTES and len(each.path) > 1}

    def _declared(self) -> dict[str, Attribute]:
        attributes = catalogue_of(self._store).attributes.values()
        return {
            attribute.name: attribute
            for attribute in attributes
            if attribute.scope == AttributeScope.CUSTOMER
        }


def _names_for(content: Content, part: str) -> tuple[str, ...]:
    unsubscribable = part == "body" and is_unsubscribable(content.message_class, content.channel)
    return (*TEMPLATE_NAMES, UNSUBSCRIBE_URL) if unsubscribable else TEMPLATE_NAMES


def _refuse_unknown_name(named: Named, names: Collection[str], declared: Collection[str]) -> None:
    if named.path[0] in names:
        return
    if named.path[0] == UNSUBSCRIBE_URL:
        raise InvalidTemplate(
            f"line {named.line}: {UNSUBSCRIBE_URL} is known only in the body of a promotional e-mail: delete it here."
        )
    known = [*names, *(f"{ATTRIBUTES}.{name}" for name in declared)]
    raise InvalidTemplate(
        f"line {named.line}: unknown: {_dotted(named.path)}; the nearest known name is"
        f" {_nearest(named.path, known)}. A template may name {', '.join(sorted(names))}."
    )


def _refuse_unknown_field(named: Named, declared: Collection[str]) -> None:
    """Refuses a field of a text, number or date, which has none. An undeclared attribute may be an object."""
    value = named.path[:2] if named.path[0] == ATTRIBUTES else named.path[:1]
    if value[0] == ATTRIBUTES and value[-1] not in declared:
        return
    if any(field not in FIELDS_OF_VALUES for field in named.path[len(value) :]):
        raise InvalidTemplate(
            f"line {named.line}: unknown: {_dotted(named.path)}; {_dotted(value)} has no fields: write only"
            f" {_dotted(value)}."
        )


def _nearest(path: tuple[str, ...], known: Collection[str]) -> str:
    """Returns the known name that is most similar to the whole path, or to the path's last part."""
    whole = most_alike(_dotted(path), known)
    last = most_alike(path[-1], map(_last, known))
    if likeness(path[-1], last) > likeness(_dotted(path), whole):
        return _name_ending(last, path, known)
    return whole


def _name_ending(last: str, path: tuple[str, ...], known: Collection[str]) -> str:
    """Returns the longest known name that the path ends with, else the first known name with this last part."""
    dotted = f".{'.'.join(path)}"
    names = [name for name in known if _last(name) == last]
    return max(names, key=lambda name: len(name) if dotted.endswith(f".{name}") else 0)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path)[:LONGEST_NAME]
