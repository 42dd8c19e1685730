"""Language tags (BCP 47): their shape, the valid primary languages, and the one canonical form of each tag."""

import re
from functools import cache
from importlib.resources import files

from domain import cldr
from domain.errors import InvalidInput

LONGEST_TAG = 35

TWO_LETTERS = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu
    hy hz ia id ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv
    kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr
    nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq
    sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi
    yo za zh zu
    """.split()  # noqa: SIM905 - a table, not a list
)
"""The codes of ISO 639-1, and the withdrawn codes that BCP 47 keeps valid (bh, in, iw, ji, jw, mo, sh)."""

NO_LANGUAGE = ("mis", "mul", "und", "zxx")
"""The registered codes for uncoded, several and unknown languages, and for no language at all."""

# BCP 47 also has shapes for longer primary languages, but no such language was ever registered.
_TAG = re.compile(
    r"((ar|kok|lv|ms|sgn|sw|uz|zh)-(?=[a-z]{3}(-|$)))?"  # the prefix of an extended language, which needs none
    r"(?P<language>[a-z]{2,3})"
    r"(-(?P<script>[a-z]{4}))?"
    r"(-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<rest>"
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(-[0-9a-wy-z](-[a-z0-9]{2,8})+)*"  # extensions
    r"(-x(-[a-z0-9]{1,8})+)?)"  # private use
)

_PRIVATE_USE = re.compile("q[a-t][a-z]")
"""The languages qaa to qtz, which BCP 47 and ISO 639 leave to everybody's own use."""
_PART = re.compile(r"[A-Za-z0-9-]+")


def language_tag(tag: str) -> str:
    """Returns the canonical form of the tag by BCP 47 and the CLDR: en, es-MX, zh-Hant-TW.

    A language has the shortest of its codes, and a withdrawn code of a language or region becomes the present
    one: spa becomes es, iw becomes he, zh-yue becomes yue. Raises InvalidInput with the path `language`, also for
    a language that is not registered.
    """
    if tag.lower().partition("-")[0] in NO_LANGUAGE:
        raise InvalidInput(
            f"The codes {', '.join(NO_LANGUAGE)} name no language. Leave the language out, or null, if it is unknown.",
            path="language",
            code="invalid_language",
        )
    match = _TAG.fullmatch(tag.lower()) if len(tag) <= LONGEST_TAG and tag.isascii() else None
    if match is None or not _is_valid(match["language"]):
        raise InvalidInput(
            "A language is a tag such as es or es-MX.", path="language", code="invalid_language"
        )
    language, _, implied = _language(match["language"]).partition("-")
    script = match["script"] or (implied if len(implied) == 4 else "")
    region = match["region"] or (implied if len(implied) == 2 else "")
    return "-".join(filter(None, (language, _subtag(script), _subtag(region)))) + match["rest"]


@cache
def three_letters() -> frozenset[str]:
    """Returns the languages with three letters in the IANA language subtag registry of 2024-05-16.

    The registry has the languages of ISO 639-2, 639-3 and 639-5 that have no code of two letters, and those that
    were withdrawn. `python -m tests.domain.commit_languages` writes the file.
    """
    return frozenset(files("domain.customers").joinpath("registered_languages.txt").read_text().split())


def _is_valid(code: str) -> bool:
    """Whether a language is registered, is a longer code of a registered one (spa), or is for private use."""
    return (
        code in TWO_LETTERS
        or code in three_letters()
        or code in cldr.aliases("languages")
        or _PRIVATE_USE.fullmatch(code) is not None
    )


def spelled_subtags(text: str) -> str:
    """Returns whole subtags, a language or what may follow one, in the spelling of `language_tag`.

    Raises InvalidInput if the text contains other characters.
    """
    subtags = text.split("-")
    if not _PART.fullmatch(text):
        raise InvalidInput(
            "This is a part of a language tag, such as es or MX.", path="language", code="invalid_language"
        )
    return "-".join(
        _language(each) if _is_language(each, text) else _subtag(each.lower()) for each in subtags
    )


def _is_language(subtag: str, text: str) -> bool:
    """Whether letters are a language, not a region: a lower-case subtag that begins the text."""
    known = subtag in TWO_LETTERS or subtag in cldr.aliases("languages")
    return known and text.startswith(subtag)


def _language(code: str) -> str:
    return cldr.aliases("languages").get(code, code)


def _subtag(subtag: str) -> str:
    """Returns a script or a region in its spelling, the region by its present code."""
    if len(subtag) == 4 and subtag.isalpha():
        return subtag.title()
    spelled = subtag.upper() if len(subtag) == 2 else subtag
    return cldr.aliases("regions").get(spelled, spelled)
