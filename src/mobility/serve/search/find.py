"""The search: which unit groups a text may mean, the likeliest first."""

from __future__ import annotations

import bisect
import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from mobility.errors import MobilityError
from mobility.serve.search.index import IN_QUALIFIER, TEXT, WORTH, Index, build, texts_of
from mobility.serve.search.titles import Group, IndexTitle
from mobility.serve.search.words import stems_of, words_of

CODE = re.compile(r"\s*([0-9]{1,4})\s*")
SAID = Path(__file__).with_name("said.csv")
LONGEST = 200  # characters of a question that are read
MOST_WORDS = 12
# How well a word of a title answers one of the question: the same but for number, of one stem, who does it, begun so,
# spelt nearly so.
NUMBER, STEM, DOER, BEGUN, NEARLY, PER_SLIP = 0.99, 0.9, 0.92, 0.8, 0.92, 0.12
LEAST_BEGUN, MOST_BEGUN = 2, 80  # letters of a beginning; words that may go on from it
LEAST_SPELT, LONG_WORD = 4, 8  # letters of a word that may have a slip, or two
COVERED, EXACT = 0.62, 0.38  # of the score: the question's words found; the title's words asked for
UNASKED = 0.93  # for a title with a qualifier that was not asked for
ANOTHER_WAY = 0.96  # for what a word stands for
OFTEN, HALF = 0.06, 8.0  # what many titles of a group add, and how many add half of it
WORST = 0.4  # of the best score; below it a group is no answer
BESIDE = 0.3  # of the best score, to the other unit groups of its minor group
WHOLE = 0.999
MOST_SAID, MOST_READINGS, MOST_NEAR = 4, 6, 12
LEAST_PART = 3  # letters of a part of a word
UNKNOWN = 9.0  # rarity of a word that no title holds: about that of a word in one title alone


class EmptyQuery(MobilityError):
    """A question without a letter or digit."""


@dataclass(frozen=True)
class Found:
    """A unit group that a text may mean.

    score : 0 to 1; matched : the title that answers best, empty where the group only stands beside the best one.
    """

    soc: str
    title: str
    score: float
    matched: str


class Search:
    """The search over an index; it changes nothing in itself once it stands, so that threads may share it."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._words, self._stems = texts_of(index.words), texts_of(index.stems)
        self._ends = np.flatnonzero(index.said == ord("\n"))
        self._minor = np.unique([soc[:3] for soc in index.socs.tolist()], return_inverse=True)[1]
        self._worth = WORTH[index.kinds]
        self._said = read_said()

    @classmethod
    def of(cls, groups: Sequence[Group], titles: Sequence[IndexTitle]) -> Search:
        """The search over unit groups and titles, indexed here; raises `DataError` as `build`."""
        return cls(build(groups, titles))

    @classmethod
    def load(cls, path: str | Path) -> Search:
        """The search over an index that `prepare` wrote; raises `DataError`."""
        return cls(Index.load(path))

    def find(self, text: str, limit: int = 10) -> list[Found]:
        """At most `limit` unit groups, the likeliest first; raises `EmptyQuery`.

        The score of a title is the share of the question's words that it holds (rare ones weigh more), and the share of
        its own words that were asked for; of a group the best of its titles, and a little for many. A number is read as
        a code, or as the beginning of one.
        """
        coded = self._coded(text)
        if coded:
            return coded[:limit]
        words = words_of(text[:LONGEST])[:MOST_WORDS]
        if not words:
            raise EmptyQuery("q: holds no letter or digit. Ask for a job title, for example q=librarian.")
        scores, best = self._groups(self._titles(words))
        order = np.argsort(-scores, kind="stable")[:limit]
        return [self._told(at, float(scores[at]), int(best[at])) for at in order.tolist() if scores[at] > 0]

    def _coded(self, text: str) -> list[Found]:
        """Unit groups whose code is this number or begins with it, in the order of their codes."""
        number = CODE.fullmatch(text[:LONGEST])
        if number is None:
            return []
        both = zip(self.index.socs.tolist(), self.index.names.tolist(), strict=True)
        return [Found(soc, name, 1.0, name) for soc, name in both if soc.startswith(number[1])]

    def _told(self, group: int, score: float, entry: int) -> Found:
        title = str(self.index.names[group])
        matched = "" if entry < 0 else self._line(entry) or title
        return Found(str(self.index.socs[group]), title, round(min(score, 1.0), 4), matched)

    def _line(self, entry: int) -> str:
        start = 0 if entry == 0 else self._ends[entry - 1] + 1
        stop = self._ends[entry] if entry < len(self._ends) else len(self.index.said)
        return self.index.said[start:stop].tobytes().decode()

    def _groups(self, scored: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Score of each unit group and the title it is due to, -1 where it only stands beside the best group."""
        score, whole = scored
        starts = self.index.starts[:-1]
        best = np.maximum.reduceat(score, starts)
        many = np.add.reduceat(whole, starts)
        best = best * (1 + OFTEN * many / (many + HALF))
        bounds = zip(starts.tolist(), self.index.starts[1:].tolist(), strict=True)
        first = np.array([start + int(score[start:stop].argmax()) for start, stop in bounds])
        best[best < WORST * best.max()] = 0
        beside = (best == 0) & (self._minor == self._minor[best.argmax()])
        return np.where(beside, BESIDE * best.max(), best), np.where(beside, -1, first)

    def _titles(self, words: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Score of each title by the reading of the words that suits it best, and whether it holds all words."""
        score, whole = self._read(words)
        for reading in self._readings(words):
            other, all_there = self._read(reading)
            score, whole = np.maximum(score, ANOTHER_WAY * other), whole | all_there
        return score, whole

    def _readings(self, words: list[str]) -> list[list[str]]:
        """The words said otherwise: what an abbreviation or everyday word stands for, a word in two, two in one."""
        found = []
        for start in range(len(words)):
            for stop in range(start + 1, min(start + MOST_SAID, len(words)) + 1):
                for means in self._said.get(" ".join(words[start:stop]), ()):
                    found.append([*words[:start], *means, *words[stop:]])
            parts = self._parts(words[start])
            if parts:
                found.append([*words[:start], *parts, *words[start + 1 :]])
            joined = "".join(words[start : start + 2])
            if joined != words[start] and self._word(joined) >= 0:
                found.append([*words[:start], joined, *words[start + 2 :]])
        return [reading for reading in found if reading][:MOST_READINGS]

    def _parts(self, word: str) -> list[str]:
        """Two known words that an unknown one is made of, `lorrydriver`; none where it is known or not so made."""
        if self._stem(word) >= 0:
            return []
        cuts = range(LEAST_PART, len(word) - LEAST_PART + 1)
        known = [cut for cut in cuts if self._word(word[:cut]) >= 0 and self._word(word[cut:]) >= 0]
        cut = min(known, key=lambda cut: abs(2 * cut - len(word)), default=0)
        return [word[:cut], word[cut:]] if cut else []

    def _read(self, words: list[str]) -> tuple[np.ndarray, np.ndarray]:
        score, whole = self._weigh(words, spelt=False)
        if whole.any() or not any(map(_may_slip, words)):
            return score, whole
        other, all_there = self._weigh(words, spelt=True)
        return np.maximum(score, other), whole | all_there

    def _weigh(self, words: list[str], spelt: bool) -> tuple[np.ndarray, np.ndarray]:
        """As `_titles`, for one reading; `spelt` : known words may be misspelt too."""
        index, size = self.index, len(self.index.kinds)
        covered, exact, asked, total = np.zeros(size), np.zeros(size), np.zeros(size, dtype=bool), 0.0
        for at in range(len(words)):
            answers = self._answers(words, at, spelt)
            weight = max((float(index.rarity[word]) for word, fit in answers.items() if fit >= STEM), default=UNKNOWN)
            hit, part = np.zeros(size), np.zeros(size)
            for word, fit in answers.items():
                own = slice(index.bounds[word], index.bounds[word + 1])
                rows = index.entries[own]
                hit[rows] = np.maximum(hit[rows], fit * index.fit[own])
                part[rows] = np.maximum(part[rows], fit * index.share[own])
                asked[rows[index.share[own] == 0]] = True
            covered += weight * hit
            exact += part
            total += weight
        covered /= total
        score = self._worth * covered * (COVERED + EXACT * np.minimum(exact, 1))
        score[index.qualified & ~asked] *= UNASKED
        return score, (covered >= WHOLE * IN_QUALIFIER) & (index.kinds != TEXT)

    def _answers(self, words: list[str], at: int, spelt: bool) -> dict[int, float]:
        """Words of titles that answer a word of the question, and how well."""
        word, own, stem = words[at], self._word(words[at]), self._stem(words[at])
        reasons = [self._kin(word, stem)]
        if own < 0 or spelt:
            reasons.append(self._nearly(word))
        if stem < 0 or at == len(words) - 1:
            reasons.append(dict.fromkeys(self._begun(word), BEGUN))
        if own >= 0:
            reasons.append({own: 1.0})
        found: dict[int, float] = {}
        for reason in reasons:
            for known, fit in reason.items():
                found[known] = max(fit, found.get(known, 0.0))
        return found

    def _kin(self, word: str, stem: int) -> dict[int, float]:
        """Words of the same stem, and for who does what it names."""
        if stem < 0:
            return {}
        doers = self.index.doers
        start, stop = np.searchsorted(doers[:, 0], (stem, stem + 1))
        found = dict.fromkeys(doers[start:stop, 1].tolist(), DOER)
        for kin in np.flatnonzero(self.index.stem_of == stem).tolist():
            found[kin] = NUMBER if _one_number(word) == _one_number(self._words[kin]) else STEM
        return found

    def _word(self, word: str) -> int:
        """The place of a word in the index, -1 where no title has it."""
        at = bisect.bisect_left(self._words, word)
        return at if at < len(self._words) and self._words[at] == word else -1

    def _stem(self, word: str) -> int:
        """The place of a word's stem, -1 where no title has it."""
        known = self._word(word)
        if known >= 0:
            return int(self.index.stem_of[known])
        stem = stems_of([word])[0]
        at = bisect.bisect_left(self._stems, stem)
        return at if at < len(self._stems) and self._stems[at] == stem else -1

    def _begun(self, word: str) -> range:
        if len(word) < LEAST_BEGUN:
            return range(0)
        start = bisect.bisect_left(self._words, word)
        return range(start, min(bisect.bisect_left(self._words, word + "~"), start + MOST_BEGUN))

    def _nearly(self, word: str) -> dict[int, float]:
        """Words that are spelt nearly so (letters left out, put in, changed or swapped), and their kin."""
        if not _may_slip(word):
            return {}
        slips = 2 if len(word) >= LONG_WORD else 1
        near = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=slips, limit=MOST_NEAR)
        found: dict[int, float] = {}
        for other, distance, at in near:
            fit = NEARLY - PER_SLIP * (distance - 1)
            for kin, own in self._kin(other, int(self.index.stem_of[at])).items():
                found[kin] = max(fit * own, found.get(kin, 0.0))
            found[at] = fit
        return found


def prepare(groups: Sequence[Group], titles: Sequence[IndexTitle], path: str | Path) -> None:
    """Index unit groups and titles, and write the index as one file (`.npz`) for `Search.load`; raises as `build`."""
    build(groups, titles).save(path)


def _one_number(word: str) -> str:
    return word.removesuffix("ies") + "y" if word.endswith("ies") else word.removesuffix("s")


def _may_slip(word: str) -> bool:
    return len(word) >= LEAST_SPELT and word.isalpha()


def read_said() -> dict[str, list[list[str]]]:
    """What abbreviations and words of every day stand for, by the words as `words_of` gives them."""
    found: dict[str, list[list[str]]] = {}
    with SAID.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(" ".join(words_of(row["said"])), []).append(words_of(row["means"]))
    return found
