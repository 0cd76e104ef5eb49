"""The prepared index: every title with its words by stem, as a few flat arrays and two texts, in one file."""

from __future__ import annotations

import math
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from mobility.errors import DataError
from mobility.serve.search.titles import Group, IndexTitle
from mobility.serve.search.words import compounds_of, deeds_of, root_of, stems_of, words_of
from mobility.storage import atomic

# Where a title stands: the unit group's own name, one of its related titles, the index, the text of the group.
NAME, RELATED, TITLE, TEXT = range(4)
# How much a hit counts where it is. The classification's own names come first: the index has "Civil engineer" for one
# in the building trade too. A text of a hundred words mentions much.
WORTH = np.array([1.03, 1.01, 1.0, 0.8], dtype="float32")
IN_QUALIFIER, IN_TEXT = 0.9, 0.8  # how well a word of a qualifier, of a text answers one of the question
BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Index:
    """Titles in order of their unit groups, and the words in them.

    socs, names : code and name of each unit group; starts : its first title, shape (groups + 1,).
    said : each title as people say it, with its qualifier; kinds : where it stands; qualified : has it a qualifier.
    words : every word that occurs, sorted; stem_of : the stem of each, as its place in `stems`, which are sorted;
    rarity : of each word, the same for all of one stem.
    doers : words for who does what a stem names, as pairs (stem, word).
    bounds, entries, fit, share : for word w the slice bounds[w]:bounds[w + 1] of titles that hold it, how well it
    counts there, and its share of the title's weight.
    """

    socs: np.ndarray
    names: np.ndarray
    starts: np.ndarray
    said: np.ndarray
    kinds: np.ndarray
    qualified: np.ndarray
    words: np.ndarray
    stem_of: np.ndarray
    stems: np.ndarray
    rarity: np.ndarray
    doers: np.ndarray
    bounds: np.ndarray
    entries: np.ndarray
    fit: np.ndarray
    share: np.ndarray

    def save(self, path: str | Path) -> None:
        """Write the index as one file without compression, which is read in a few milliseconds."""
        with atomic(Path(path).with_suffix(".npz")) as temporary:
            np.savez(temporary, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: str | Path) -> Index:
        """Read what `save` wrote; raises `DataError` where there is none, or it is cut short or of another form."""
        try:
            with np.load(path, allow_pickle=False) as found:
                index = cls(*(found[field.name] for field in fields(cls)))
        except BROKEN as error:
            raise DataError(f"{path}: no index of the search ({error}). Stage the release again.") from None
        for field in fields(cls):
            getattr(index, field.name).setflags(write=False)
        return index


@dataclass(frozen=True)
class _Entry:
    said: str
    kind: int
    qualified: bool
    words: tuple[str, ...]
    extra: tuple[str, ...]  # words of the qualifier, compounds: they answer a question and are not missed in one


def build(groups: Sequence[Group], titles: Iterable[IndexTitle]) -> Index:
    """The index of unit groups and titles; raises `DataError` where a title has a code that no group has."""
    own = {group.soc: _entries(group) for group in sorted(groups, key=lambda group: group.soc)}
    for title in titles:
        if title.soc not in own:
            raise DataError(f"title {title.title}: code {title.soc} is none of the {len(own)} unit groups given.")
        own[title.soc].append(_entry(title.as_said, TITLE, title.qualifier))
    return _flat({group.soc: group.title for group in groups}, own)


def _entries(group: Group) -> list[_Entry]:
    related = [
        _entry(title.split("(")[0].strip().removesuffix(", nos"), RELATED, _bracket(title)) for title in group.related
    ]
    text = _Entry("", TEXT, False, (), tuple(words_of(" ".join((group.description, *group.tasks)))))
    return [_entry(group.title, NAME, ""), *related, text]


def _bracket(title: str) -> str:
    return f"({title.split('(', 1)[1]}" if "(" in title else ""


def _entry(said: str, kind: int, qualifier: str) -> _Entry:
    extra = [*words_of(qualifier), *compounds_of(qualifier)] if qualifier else []
    words = tuple(dict.fromkeys(words_of(said)))
    return _Entry(f"{said} {qualifier}".strip(), kind, bool(qualifier), words, (*extra, *compounds_of(said)))


def _flat(names: dict[str, str], own: dict[str, list[_Entry]]) -> Index:
    entries = [entry for found in own.values() for entry in found]
    words = sorted({word for entry in entries for word in (*entry.words, *entry.extra)})
    stem_of = stems_of(words)
    stems = sorted(set(stem_of))
    by_word = dict(zip(words, stem_of, strict=True))
    counts = Counter(stem for entry in entries for stem in {by_word[word] for word in entry.words})
    rarity = np.array([math.log(1 + len(entries) / (1 + counts[stem])) for stem in stem_of])
    place = {stem: at for at, stem in enumerate(stems)}
    return Index(
        socs=np.array(list(own)),
        names=np.array([names[soc] for soc in own]),
        starts=np.cumsum([0, *(len(found) for found in own.values())]),
        said=_blob([entry.said for entry in entries]),
        kinds=np.array([entry.kind for entry in entries], dtype="int8"),
        qualified=np.array([entry.qualified for entry in entries]),
        words=_blob(words),
        stem_of=np.array([place[stem] for stem in stem_of], dtype="int32"),
        stems=_blob(stems),
        rarity=rarity.astype("float32"),
        doers=_doers(stems, stem_of),
        **_postings(entries, {word: at for at, word in enumerate(words)}, rarity),
    )


def _blob(texts: Sequence[str]) -> np.ndarray:
    """Texts as the bytes of one text, a line each: an array of texts of unequal length would be ten times as large."""
    return np.frombuffer("\n".join(texts).encode(), dtype="uint8")


def texts_of(blob: np.ndarray) -> list[str]:
    """The lines of a `_blob`."""
    return blob.tobytes().decode().split("\n")


def _doers(stems: Sequence[str], stem_of: Sequence[str]) -> np.ndarray:
    by_root: dict[str, list[int]] = {}
    for at, stem in enumerate(stems):
        by_root.setdefault(root_of(stem), []).append(at)
    pairs = {
        (named, word) for word, stem in enumerate(stem_of) for deed in deeds_of(stem) for named in by_root.get(deed, ())
    }
    return np.array(sorted(pairs), dtype="int32").reshape(-1, 2)


def _postings(entries: Sequence[_Entry], place: dict[str, int], rarity: np.ndarray) -> dict[str, np.ndarray]:
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for at, entry in enumerate(entries):
        words = [place[word] for word in entry.words]
        weight = sum(rarity[word] for word in words)
        outside = IN_TEXT if entry.kind == TEXT else IN_QUALIFIER
        found.update({(place[word], at): (outside, 0.0) for word in entry.extra})
        found.update({(word, at): (1.0, rarity[word] / weight) for word in words})
    keys = np.array(sorted(found), dtype="int32")
    values = np.array([found[word, at] for word, at in keys.tolist()], dtype="float32")
    return {
        "bounds": np.searchsorted(keys[:, 0], np.arange(len(rarity) + 1)).astype("int32"),
        "entries": keys[:, 1].copy(),
        "fit": values[:, 0].copy(),
        "share": values[:, 1].copy(),
    }
