"""What the cells of one column mean: a code, a whole number, an amount, or no answer. Nothing is guessed in silence.

Each function gives the values, with every cell that it cannot take as a problem and every cell that it reads as
something else than written as a note. Problems name rows, never the content of a cell.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

# How programs write a cell without a value. A number cannot look like this; a code can ("NA", "None").
NO_VALUE = (".", "NA", "<NA>", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
WHOLE = re.compile(r"[+-]?\d+(\.0*)?|[+-]?\d+[eE]\+?\d{1,2}")  # a rounded 1.23E+11 is none, R's 1e+05 is
WITH_POINT = re.compile(r"-?\d+\.0+")
COMMA = re.compile(r"[+-]?[\d.]*\d,\d+")
FLOAT32_EXACT = 2**24
ROUNDED_FROM = 2**28  # from here on single precision keeps multiples of 32 or more, which few identifiers are
ROUNDED_FEW, ROUNDED_SHARE = 5, 0.1
LARGEST_EXACT = 2**53
DATES = "holds dates, not {expected}. Write the year, or what you need of them, into a column of its own"
FEW = 5


@dataclass(frozen=True)
class Cells:
    """Values of a column (length n), what stops the run, and what is worth knowing."""

    values: pd.Series
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """Values of `missing`: each is compared as text and, where it is a number, as a number."""

    texts: frozenset[str]
    numbers: frozenset[float]

    @classmethod
    def of(cls, values: Iterable[str]) -> "Missing":
        """From the words of the mapping."""
        texts = frozenset(clean(value) for value in values)
        return cls(texts, frozenset(float(text) for text in texts if NUMBER.fullmatch(text)))

    def has(self, text: str) -> bool:
        """Whether a cell with this text means no answer."""
        return text in self.texts or bool(NUMBER.fullmatch(text) and float(text) in self.numbers)


def clean(value: Any) -> str:
    """A value as text: no blanks around it, one form of accented letters, whole numbers without a decimal point."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if isinstance(value, float | np.floating) and np.isfinite(value) and value == int(value):
        value = int(value)
    text = unicodedata.normalize("NFC", str(value)).strip()
    return text.split(".")[0] if WITH_POINT.fullmatch(text) else text


def categories(column: pd.Series, missing: Missing, labels: Mapping[str, str]) -> Cells:
    """Codes as their labels, or as written where there are no labels; NA where there is no answer.

    A code meets the label that is written like it, else the only one that is the same number or the same word in
    another case (01 and 1, Yes and yes), where the file writes it in one way.
    """
    if _is_date(column):
        return Cells(column, (DATES.format(expected="codes"),))
    texts, notes = _texts(column)
    texts = _no_answer(texts, missing)
    found = list(texts.dropna().unique())
    if not labels:
        return Cells(texts.astype("str").where(texts.notna()), _unlabelled_problems(texts, found), notes)
    keys = {clean(code): label for code, label in labels.items()}
    spelled, unclear = _match(found, list(keys))
    unknown = sorted(set(found) - set(spelled) - {text for group in unclear for text in group})
    problems = [f"values without a label: {', '.join(unknown[:FEW])}; labelled: {', '.join(keys)}"] if unknown else []
    problems += [
        f"{_listed(group)} may be one code or several. Write them alike, or label each as it stands in the file"
        for group in unclear
    ]
    notes += tuple(f"`{text}` is read as the code `{key}`" for text, key in spelled.items() if text != key)
    return Cells(texts.map({text: keys[key] for text, key in spelled.items()}), tuple(problems), notes)


def amounts(column: pd.Series, missing: Missing) -> Cells:
    """Real numbers as float64, NaN where there is no answer."""
    if _is_date(column):
        return Cells(column, (DATES.format(expected="numbers"),))
    if _is_number(column):
        numbers = pd.Series(column.to_numpy("float64", na_value=np.nan), index=column.index)
        numbers = numbers.mask(numbers.isin(missing.numbers))
        return Cells(numbers, _bad(column, np.isinf(numbers), "numbers"))
    texts, notes = _number_texts(column, missing)
    values = {text: float(text) for text in texts.dropna().unique() if NUMBER.fullmatch(text)}
    numbers = texts.map(values).astype("float64")
    bad = texts.notna() & (numbers.isna() | np.isinf(numbers))
    return Cells(numbers, _bad(texts, bad, "numbers"), notes)


def whole_numbers(column: pd.Series, missing: Missing) -> Cells:
    """Whole numbers as Int64, exact, NA where there is no answer."""
    if _is_date(column):
        return Cells(column, (DATES.format(expected="whole numbers"),))
    if column.dtype.kind in "iu":
        values = column.astype("Int64")
        return Cells(values.mask(values.isin(missing.numbers)))
    if _is_number(column):
        numbers = pd.Series(column.to_numpy("float64", na_value=np.nan), index=column.index)
        numbers = numbers.mask(numbers.isin(missing.numbers))
        bad = numbers.notna() & ~((numbers % 1 == 0) & (numbers.abs() < LARGEST_EXACT))
        values = numbers.mask(bad).astype("Int64")
        return Cells(values, _bad(column, bad, "whole numbers"))
    texts, notes = _number_texts(column, missing)
    values = {text: _whole(text) for text in texts.dropna().unique()}
    bad = texts.isin([text for text, number in values.items() if number is None])
    numbers = pd.array([values.get(text) for text in texts], dtype="Int64")
    return Cells(pd.Series(numbers, index=column.index), _bad(texts, bad, "whole numbers"), notes)


def identifiers(column: pd.Series, missing: Missing) -> Cells:
    """Whole numbers that tell persons apart: none that was rounded, none that is written in two ways."""
    found = whole_numbers(column, missing)
    if found.problems:
        return found
    people = found.values.dropna()
    problems = []
    if str(column.dtype).lower() in ("float32", "float", "float16") and (people.abs() > FLOAT32_EXACT).any():
        problems.append(
            "stored in single precision (float32), which cannot hold such long numbers, so persons are mixed up. "
            "Export the file again with the identifier as a whole number (long or double)"
        )
    elif _rounded(people):
        problems.append(
            "many of its numbers are such as single precision (float32) leaves, so persons are mixed up. "
            "Make the file again from one that held the identifier as a whole number (long or double)"
        )
    twins = _zero_twins(column, missing)
    if twins:
        problems.append(
            f"one number is written in two ways, with and without leading zeros (rows {twins}), so two persons may "
            "become one. Write each person's number in one way"
        )
    return Cells(found.values, tuple(problems), found.notes)


def _rounded(people: pd.Series) -> bool:
    """Whether more than a few long identifiers are what float32 keeps, which 1 in 32 or fewer are by chance."""
    long = np.unique(people[people.abs() >= ROUNDED_FROM].to_numpy("int64"))
    kept = int((long.astype("float32").astype("float64") == long).sum())
    return kept > ROUNDED_FEW and kept > ROUNDED_SHARE * len(long)


def _zero_twins(column: pd.Series, missing: Missing) -> str:
    """Rows of the first identifier that is written with different numbers of leading zeros; empty where none is."""
    if _is_number(column):
        return ""
    texts, _ = _number_texts(column, missing)
    forms = defaultdict(list)
    for text in texts.dropna().unique():
        forms[_whole(text)].append(text.lstrip("+").split(".")[0])
    twins = {text for group in forms.values() if len(set(group)) > 1 for text in group}
    rows = [str(row + 1) for row, text in texts.items() if text in twins]
    return ", ".join(rows[:FEW])


def _whole(text: str) -> int | None:
    if not WHOLE.fullmatch(text):
        return None
    value = int(float(text)) if "e" in text.lower() else int(text.split(".")[0])
    return value if abs(value) < 2**63 else None


def _is_number(column: pd.Series) -> bool:
    return column.dtype.kind in "iuf"


def _is_date(column: pd.Series) -> bool:
    if column.dtype.kind in "mM":
        return True
    first = column.dropna().head(1)
    return len(first) > 0 and hasattr(first.iloc[0], "year")


def _texts(column: pd.Series) -> tuple[pd.Series, tuple[str, ...]]:
    """Cells as clean text, NA for a blank one, and a note where blanks around words told two values apart."""
    codes, distinct = pd.factorize(column)
    cleaned = np.array([*(clean(value) for value in distinct), ""], dtype=object)
    words = [str(value) for value in distinct]
    padded = [word for word in words if word != word.strip() and word.strip()]
    texts = pd.Series(cleaned[codes], index=column.index, dtype=object)
    notes = (f"{len(padded)} of its values had blanks around them, which do not count",) if padded else ()
    return texts.where(texts != ""), notes


def _no_answer(texts: pd.Series, missing: Missing) -> pd.Series:
    gone = {text for text in texts.dropna().unique() if missing.has(text)}
    return texts.mask(texts.isin(gone))


def _number_texts(column: pd.Series, missing: Missing) -> tuple[pd.Series, tuple[str, ...]]:
    """Text cells where numbers belong: how programs write no value is none, and is said."""
    texts = _no_answer(_texts(column)[0], missing)
    counts = texts[texts.isin(NO_VALUE)].value_counts()
    notes = tuple(f"{count:,} of its cells are `{word}`, read as no answer" for word, count in counts.items())
    return texts.mask(texts.isin(NO_VALUE)), notes


def _unlabelled_problems(texts: pd.Series, found: Sequence[str]) -> tuple[str, ...]:
    """What cannot be told without labels: words that may mean no answer, and one code written in several ways."""
    doubtful = [word for word in NO_VALUE if word in found]
    problems = [
        f"`{word}` in {int((texts == word).sum()):,} rows may be a value or no answer. Name it under `labels`, or "
        "under `missing`"
        for word in doubtful
    ]
    groups = defaultdict(list)
    for text in found:
        groups[_loose(text)].append(text)
    problems += [
        f"{_listed(group)} may be one code or several. Write them alike, or name each under `labels`"
        for group in groups.values()
        if len(group) > 1
    ]
    return tuple(problems)


def _match(found: Sequence[str], keys: Sequence[str]) -> tuple[dict[str, str], list[list[str]]]:
    """For each value of the file the label's key that it meets, and groups of values that may be the same key."""
    spelled = {text: text for text in found if text in keys}
    loose_keys, rest = defaultdict(list), defaultdict(list)
    for key in keys:
        loose_keys[_loose(key)].append(key)
    for text in found:
        if text not in spelled:
            rest[_loose(text)].append(text)
    unclear = []
    for form, texts in rest.items():
        matching = loose_keys.get(form, [])
        if len(matching) == 1 and len(texts) == 1 and matching[0] not in spelled:
            spelled[texts[0]] = matching[0]
        elif matching:
            unclear.append([*texts, *matching])
    return spelled, unclear


def _loose(text: str) -> str:
    """A text without leading zeros or case."""
    return repr(float(text)) if NUMBER.fullmatch(text) else text.casefold()


def _listed(texts: Iterable[str]) -> str:
    return " and ".join(f"`{text}`" for text in dict.fromkeys(texts))


def _bad(column: pd.Series, bad: pd.Series, expected: str) -> tuple[str, ...]:
    """Cells that are not the numbers they should be: how many, in which rows, and of what kind."""
    if not bad.any():
        return ()
    cells = column[bad]
    rows = ", ".join(str(row + 1) for row in cells.index[:FEW])
    more = f" and {len(cells) - FEW} more" if len(cells) > FEW else ""
    kind = _kind(str(cells.iloc[0]))
    return (f"{len(cells)} of its cells not {expected}: {kind} in row {rows}{more}. Mend the file, or `kind`",)


def _kind(text: str) -> str:
    if COMMA.fullmatch(text):
        return "a comma within a number (write 12.5 or 1234)"
    if not NUMBER.fullmatch(text):
        return "text (if it means no answer, name it under `missing`)"
    return "a rounded number such as 1.2E+11" if "e" in text.lower() else "a fraction or too long a number"
