"""Verdicts of the back test: names, how they are counted, what is said of a count; for page and command alike."""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import erf, sqrt
from statistics import median
from typing import Any

MATCH, MATCH_OF_ZERO = "match", "match_of_zero"
WITHIN, INCONCLUSIVE, DIFFERS = "within_sampling_error", "inconclusive", "differs"
NOT_ESTIMATED, NOT_PUBLISHED = "not_estimated", "not_published"
COMPARED = (MATCH, WITHIN, INCONCLUSIVE, DIFFERS)  # what a share of matches is a share of: zeros that match are apart
VERDICTS = (*COMPARED, MATCH_OF_ZERO, NOT_ESTIMATED, NOT_PUBLISHED)
# What a sentence says of several numbers, and of one.
SAID = {
    WITHIN: ("differ within sampling error", "differs within sampling error"),
    INCONCLUSIVE: ("are too uncertain to tell", "is too uncertain to tell"),
    DIFFERS: ("differ by more", "differs by more"),
    NOT_ESTIMATED: ("are published and have no number here", "is published and has no number here"),
}
LARGE = 0.5  # of the published value, from which a difference is told apart
NORMAL = 1.96  # standard errors to either side of which a 95 % interval reaches
LISTED = 6  # rows that a sentence names
FEW = 0.5  # a table with a smaller share of matches says why

Record = Mapping[str, Any]


def count_verdicts(records: Iterable[Record]) -> dict[str, int]:
    """How many numbers of a back test (a record each) got each verdict, in the order of `VERDICTS`; none left out."""
    found = Counter(str(record["verdict"]) for record in records)
    return {verdict: found[verdict] for verdict in VERDICTS if found[verdict]}


def verdict_sentence(records: Iterable[Record]) -> str:
    """`155 of 165 compared numbers match the published value; 6 differ within sampling error; ...`; empty if none is.

    Published zeros that are zero here too say little, since rare moves are often zero: they are not among the matches.
    What a verdict can hide is told beside it: `told_apart`.
    """
    records = list(records)
    found = count_verdicts(records)
    count = {verdict: found.get(verdict, 0) for verdict in VERDICTS}
    total = sum(count[verdict] for verdict in COMPARED)
    if not total and not count[MATCH_OF_ZERO]:
        return ""
    parts = [f"{count[MATCH]:,} of {total:,} compared numbers match the published value"]
    parts += [f"{count[word]:,} {forms[count[word] == 1]}" for word, forms in SAID.items() if count[word]]
    apart = [f"{text}: {number:,}" for text, number in told_apart(records).items() if number]
    return "; ".join(parts) + "." + (f" Counted apart: {'; '.join(apart)}." if apart else "") + why_differ(records)


def why_differ(records: Iterable[Record]) -> str:
    """Of the numbers that differ by more and of which it is known what was planted, which do so because of it.

    A number that would differ by more if it were just as planted, with the error that it has, does so because of it; of
    any other it is chance.
    A sentence after a blank, with the rows (`label`, else id) where they are few; empty where nothing is known
    (`planted` of a record).
    """
    planted: dict[bool, list[str]] = {True: [], False: []}
    for record in records:
        if record["verdict"] == DIFFERS and (value := _planted(record)) is not None:
            room = float(record["half_width"]) + NORMAL * _error(record)
            planted[abs(value - float(record["published"])) > room].append(str(record.get("label") or record["row"]))
    said = {True: "would as they were planted too", False: "do so by chance"}
    parts = [f"{len(rows):,} {said[otherwise]}{_named(rows)}" for otherwise, rows in planted.items() if rows]
    return f" Of those that differ by more, as far as is known what was planted, {'; '.join(parts)}." if parts else ""


def _named(rows: list[str]) -> str:
    return f" ({'; '.join(dict.fromkeys(rows))})" if len(rows) <= LISTED else ""


def _planted(record: Record) -> float | None:
    """What was planted behind a number of an invented delivery; None where that is not known."""
    value = float(record.get("planted") or "nan")
    return None if value != value else value


def of_study(records: Iterable[Record], planted: str, synthetic: bool) -> str:
    """What is said of all numbers of a study, of an invented delivery with what it is drawn to (`planted`)."""
    sentence = verdict_sentence(records)
    return f"{sentence} {planted}".strip() if sentence and synthetic else sentence


def told_apart(records: Iterable[Record]) -> dict[str, int]:
    """What verdicts can hide, each counted over all of them: published zeros, other signs, large relative differences.

    A wide interval lets a number of another sign, or one twice as large, differ "within sampling error", and a printed
    digit lets a small one match that is half as large again. Only numbers that are published and shown are counted.
    """
    pairs = [(float(record["published"]), float(record["ours"])) for record in records if _is_shown(record)]
    zeros = [ours for published, ours in pairs if published == 0]
    other = sum(published * ours < 0 for published, ours in pairs)
    large = sum(abs(ours - published) > LARGE * abs(published) > 0 for published, ours in pairs)
    matching = sum(record["verdict"] == MATCH_OF_ZERO for record in records)
    return {
        "published zeros that are zero here too": matching,
        "published zeros that are not": len(zeros) - matching,
        "with the other sign than print": other,
        f"off by more than {LARGE:.0%} of the published value": large,
    }


def _is_shown(record: Record) -> bool:
    """Whether a record has a number on both sides that was compared."""
    return record["verdict"] in (*COMPARED, MATCH_OF_ZERO)


def why_few_match(records: Iterable[Record], synthetic: bool) -> str:
    """Why fewer than half of a table's compared numbers match, zeros apart; empty where half or more do.

    Were a published value the truth behind ours, ours would fall within its rounding h with the probability
    erf(h / (s sqrt 2)), s our standard error: the sum over the numbers with an error is what a right table would give.
    """
    compared = [record for record in records if record["verdict"] in COMPARED]
    matching = sum(record["verdict"] == MATCH for record in compared)
    if not compared or matching >= FEW * len(compared):
        return ""
    return f"Why {'none' if not matching else 'few'} match: {_by_chance(compared)}{_by_whom(synthetic)}"


def _by_chance(compared: list[Record]) -> str:
    pairs = [(float(record["half_width"]), _error(record)) for record in compared if _error(record) > 0]
    if not pairs:
        return ""
    expected = sum(erf(half / (error * sqrt(2))) for half, error in pairs)
    wide = median(error / half for half, error in pairs if half > 0)
    return (
        f"our standard error is {wide:,.1f} times what the printed digit leaves open (median), so that of the "
        f"{len(pairs):,} numbers with an error about {expected:,.0f} would match if every published value were true; "
    )


def _error(record: Record) -> float:
    """Standard error of a record, 0 where it has none (an empty text or not a number)."""
    error = float(record["std_error"] or 0)
    return error if error > 0 else 0.0


def _by_whom(synthetic: bool) -> str:
    if synthetic:
        return "the data are invented: other units than the report's stand behind each number."
    return (
        "a number that is made anew differs where its definition, the edition of the data, the sample or what is "
        "printed of its parts is another than behind the published one: see the notes and what the report leaves open."
    )
