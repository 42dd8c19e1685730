"""The right value that somebody probably meant, for refusals that suggest one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from heapq import nlargest
from operator import itemgetter
from types import MappingProxyType
from unicodedata import combining, normalize

LONGEST_MEANT = 100
"""The longest text, in characters, that may mean a word. A longer one means none."""
LETTERS_COMPARED = 100
"""How many letters of the beginnings of two texts are compared."""
MOST_COMPARED = 100
"""How many texts are compared letter by letter at most to find the one that is most alike."""
MOST_EDITS = 2
LETTERS_PER_EDIT = 4
Meanings = dict[str, set[str]]


def nearest(text: str, words: Collection[str], names: Mapping[str, Sequence[str]]) -> str | None:
    """Returns the word that the text means, or None if it means no single word.

    The text may be a word in another spelling, or one of the `names` of a word. Else it means the word that
    the fewest edits make of it: one edit for every four letters, at most two.
    """
    folded = _folded(text)
    if not folded or len(text) > LONGEST_MEANT:
        return None
    spellings = _meanings((word, word) for word in words)
    called = _meanings((name, word) for word in names for name in names[word])
    for meanings in (spellings, called):
        if folded in meanings:
            return _single(meanings[folded])
    return _single(_within_edits(folded, called | spellings))


def suggestion(
    text: str, words: Collection[str], names: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> str:
    """Returns the sentence that suggests the word, with a space before it; "" if the text means no single word."""
    meant = nearest(text, words, names)
    return "" if meant is None else f" The nearest is {meant}."


def likeness(text: str, other: str) -> float:
    """Returns how alike the beginnings of two texts are without their case: from 0 to 1 for the same."""
    return SequenceMatcher(a=_beginning(text), b=_beginning(other), autojunk=False).ratio()


def most_alike(text: str, others: Iterable[str]) -> str:
    """Returns the text that is most like this one. There must be others.

    Comparing two texts letter by letter takes far longer than counting the letters that they have in common. That
    count gives the most that their likeness can be, so the comparing stops where no later text can be more alike.
    """
    matcher = SequenceMatcher(b=_beginning(text), autojunk=False)

    def promise(other: str) -> tuple[float, int]:
        beginning = _beginning(other)
        matcher.set_seq1(beginning)
        return matcher.quick_ratio(), _shared_ends(beginning, _beginning(text))

    best, highest = "", -1.0
    for (most, _), other in nlargest(
        MOST_COMPARED, ((promise(each), each) for each in others), itemgetter(0)
    ):
        if most <= highest:
            break
        if (ratio := likeness(text, other)) > highest:
            best, highest = other, ratio
    return best


def _beginning(text: str) -> str:
    return text[:LETTERS_COMPARED].casefold()


def _shared_ends(text: str, other: str) -> int:
    """Returns how many letters are the same before the first difference, and after the last one."""
    return _shared_start(text, other) + _shared_start(text[::-1], other[::-1])


def _shared_start(text: str, other: str) -> int:
    pairs = enumerate(zip(text, other, strict=False))
    return next((at for at, (one, two) in pairs if one != two), min(len(text), len(other)))


def _folded(text: str) -> str:
    """Returns the letters and digits, without case and accents."""
    letters = normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if letter.isalnum() and not combining(letter))


def _meanings(spelled: Iterable[tuple[str, str]]) -> Meanings:
    """Returns the words of each spelling, by its folded form."""
    meanings: Meanings = {}
    for spelling, word in spelled:
        meanings.setdefault(_folded(spelling), set()).add(word)
    return meanings


def _single(words: Collection[str]) -> str | None:
    return next(iter(words)) if len(words) == 1 else None


def _within_edits(text: str, meanings: Meanings) -> set[str]:
    """Returns the words of the nearest spellings, if they are near enough."""
    most = min(MOST_EDITS, len(text) // LETTERS_PER_EDIT)
    edits = {other: _edits(text, other) for other in meanings if abs(len(other) - len(text)) <= most}
    fewest = min(edits.values(), default=most + 1)
    if fewest > most:
        return set()
    return set().union(*(meanings[other] for other, needed in edits.items() if needed == fewest))


def _edits(first: str, second: str) -> int:
    """Returns how many letters must be added, removed or replaced."""
    row = list(range(len(second) + 1))
    for done, letter in enumerate(first, 1):
        above, row = row, [done]
        for at, replaced in enumerate(second):
            row.append(min(above[at + 1] + 1, row[at] + 1, above[at] + (letter != replaced)))
    return row[-1]
