"""What a word is: text to words, words to stems, and the words for who does what a word names."""

import re
import unicodedata
from collections.abc import Iterable

from snowballstemmer import stemmer

WORD = re.compile(r"[A-Za-z0-9]+")
COMPOUND = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+")
POSSESSIVE = re.compile(r"'[sS]?\b|'")
# Words that say nothing of an occupation; `nos`, `nec`: the index's "not otherwise specified", "elsewhere classified".
EMPTY_WORDS = frozenset(
    ["a", "an", "and", "as", "at", "by", "for", "i", "in", "nec", "nos", "of", "on", "or", "other", "the", "to", "with"]
)
# Endings of the words for who does a thing: plumb(ing) and plumber, librar(y) and librarian, biolog(y) and biologist.
AGENT_ENDINGS = ("ician", "yer", "ier", "ist", "ian", "ant", "er", "or")
LEAST_ROOT = 3


def plain(text: str) -> str:
    """Text without accents, possessive endings and apostrophes; `&` is `and`."""
    folded = unicodedata.normalize("NFKD", text.replace("’", "'"))
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return POSSESSIVE.sub("", letters).replace("&", " and ")


def words_of(text: str) -> list[str]:
    """The words of a text in their order, in small letters; those that say nothing only where there are no others."""
    found = WORD.findall(plain(text))
    return [word.lower() for word in found if not _says_nothing(word)] or [word.lower() for word in found]


def _says_nothing(word: str) -> bool:
    """`in`, but not `IN`, which stands for intelligent networks."""
    return word.lower() in EMPTY_WORDS and not (len(word) > 1 and word.isupper())


def compounds_of(text: str) -> list[str]:
    """Words with hyphens, written as one: `check-out` is also `checkout`."""
    return [found.replace("-", "").lower() for found in COMPOUND.findall(plain(text))]


def stems_of(words: Iterable[str]) -> list[str]:
    """Stems by the English stemmer of Snowball (Porter 2)."""
    return stemmer("english").stemWords(list(words))


def root_of(stem: str) -> str:
    """What is left of a stem without a last `i`, which stands for `y`: librari(es) is `librar`."""
    return stem.removesuffix("i")


def deeds_of(stem: str) -> list[str]:
    """What somebody may do, by the stem of the word for who does it: `plumb` of plumber; none where it is none."""
    return [
        stem.removesuffix(ending)
        for ending in AGENT_ENDINGS
        if stem.endswith(ending) and len(stem) - len(ending) >= LEAST_ROOT
    ]
