"""What a bench tells: one table, ours beside each peer of the same run, and a history that shows a fall."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median
from typing import Any

FALL = 0.2  # of the ratio to a peer, or of the speed where there is none, from which on it is a warning
LAST = 5  # measurements of the same kind of machine whose median a new one is compared with
BUSY = 1.5  # load per core from which on others were at work, so that nothing is compared with it
Place = tuple[str, ...]  # keys of the summary, one within the other


@dataclass(frozen=True)
class Line:
    """A line of the table: what is measured, beside which program, and where the summary has the seconds of both.

    floor : where it has those of the one operation that no program can do without. asked : seconds that it may take.
    rate : whether the summary says how many a second, so that the seconds are those of one. unit : seconds of its unit.
    """

    what: str
    ours: Place
    peer: str = ""
    theirs: Place = ()
    floor: Place = ()
    asked: float | None = None
    rate: bool = False
    unit: float = 1


@dataclass(frozen=True)
class Measured:
    """A line as measured, in seconds; None where something is not there. ratio : how many times slower the peer is."""

    what: str
    peer: str
    ours_seconds: float
    peer_seconds: float | None
    ratio: float | None
    floor_seconds: float | None
    asked_seconds: float | None


@dataclass(frozen=True)
class When:
    """Of which version, when and on what kind of machine something was measured; load : per core, at the end."""

    measured: str
    version: str
    commit: str
    machine: str
    load: float


MS, MINUTE = 0.001, 60
NEGBIN, ONE_MODEL, PROBIT = "negbin_560504_rows", "one_model_275000_rows", "probit_with_margins_31610_rows"
LINES = (
    *(
        Line(
            "negative binomial, 560,504 x 28, robust errors",
            (NEGBIN, "ours", "least_seconds"),
            peer,
            (NEGBIN, name, "seconds"),
            (NEGBIN, "floor", "seconds"),
            asked=0.12,
        )
        for peer, name in (("MASS::glm.nb, sandwich", "glm_nb_and_sandwich"), ("statsmodels, BFGS", "statsmodels_bfgs"))
    ),
    Line("the same, 1,121,008 x 28", (NEGBIN, "twice_the_rows", "ours", "least_seconds")),
    *(
        Line(
            f"{name}, 275,000 x 46, robust errors",
            (ONE_MODEL, name, "ours_seconds"),
            peer,
            (ONE_MODEL, name, *theirs),
            (ONE_MODEL, name, "floor_seconds"),
        )
        for name in ("ols", "logit")
        for peer, theirs in (("statsmodels", ("statsmodels_seconds",)), ("pyfixest, warm", ("pyfixest", "seconds")))
    ),
    Line(
        "probit with average marginal effects, 31,610 x 31",
        (PROBIT, "ours_seconds"),
        "R, glm and effects by hand",
        (PROBIT, "r_seconds"),
        (PROBIT, "floor_seconds"),
    ),
    Line(
        "layer model (UNIDIFF), 7 x 7 x 10",
        ("unidiff_7_7_10", "seconds"),
        "gnm with eliminate",
        ("unidiff_7_7_10", "gnm", "seconds_with_eliminate"),
    ),
    Line("layer model (UNIDIFF), 11 x 11 x 30", ("unidiff_11_11_30", "seconds")),
    Line(
        "reading 60 of 1,300 columns of a wave",
        ("read_a_wave", "ours_seconds"),
        "pandas.read_stata",
        ("read_a_wave", "pandas_seconds"),
        ("read_a_wave", "floor_seconds"),
    ),
    Line(
        "an answer of the server, one worker",
        ("serve", "ours", "requests_a_second"),
        "FastAPI that returns a dictionary",
        ("serve", "plain_fastapi_dict", "requests_a_second"),
        asked=0.0002,
        rate=True,
    ),
    Line("from a question to its answer, 16 connections, median", ("serve", "ours", "median_ms"), asked=0.002, unit=MS),
    Line("the same, 99 in 100", ("serve", "ours", "p99_ms"), asked=0.02, unit=MS),
    Line("start of the server to its first answer", ("serve", "ours", "start_to_first_answer_s"), asked=1.5),
    Line("a year of requests", ("serve", "a_year_of_requests_minutes"), asked=90 * MINUTE, unit=MINUTE),
    Line("a search of titles, median", ("search", "permuted", "median_ms"), asked=0.005, unit=MS),
    Line(
        "pay by occupation and a filter, one worker",
        ("serve", "datasette", "ours_at_the_same_questions", "requests_a_second"),
        "Datasette's SQL over the same cells",
        ("serve", "datasette", "requests_a_second"),
        rate=True,
    ),
    Line("earnings function, 63,640 x 1,275, robust errors", ("pay", "earnings_function", "seconds"), asked=1),
    Line("raking 12 million cells to five margins, 1e-9", ("pay", "predict_and_rake", "seconds"), asked=1),
    Line(
        "raking 1.3 million cells to four margins, 1e-9",
        ("pay", "beside_ipfn", "ours_seconds"),
        "ipfn",
        ("pay", "beside_ipfn", "ipfn_seconds"),
    ),
    Line("earnings functions of 32,265 persons, 523 occupations", ("pay", "gss", "seconds")),
    Line("the default run", ("report", "first", "seconds"), asked=150),
    Line("the default run, nothing changed", ("report", "nothing_changed", "seconds"), asked=3),
    Line("the default run, one table edited", ("report", "one_table_edited", "seconds"), asked=8),
    Line("gatsby alone, its delivery written", ("report", "gatsby_alone", "seconds"), asked=25),
    Line("careers_lmi alone, its deliveries written", ("report", "careers_lmi_alone", "seconds"), asked=60),
)
HISTORY = [*(item.name for item in fields(When)), *(item.name for item in fields(Measured) if "asked" not in item.name)]
HEADINGS = (
    *("what", "ours (s)", "peer", "peer (s)", "times slower", "before", "floor (s)", "times the floor"),
    "asked (s)",
)


def measured(summary: Mapping[str, Any], lines: Iterable[Line] = LINES) -> list[Measured]:
    """The lines that a summary has seconds of; of a peer that is not there its seconds are None."""
    return [_measured(line, ours, summary) for line in lines if (ours := _seconds(line, summary, line.ours))]


def _measured(line: Line, ours: float, summary: Mapping[str, Any]) -> Measured:
    theirs, floor = _seconds(line, summary, line.theirs), _at(summary, line.floor)
    ratio = round(theirs / ours, 2) if theirs else None
    return Measured(line.what, line.peer, ours, theirs, ratio, floor, line.asked)


def _seconds(line: Line, summary: Mapping[str, Any], place: Place) -> float | None:
    found = _at(summary, place)
    if found and line.rate:
        return round(1 / found, 7)
    return found if found is None or line.unit == 1 else round(found * line.unit, 7)


def _at(summary: Mapping[str, Any], place: Place) -> float | None:
    """The number at a place; None where it, or something on the way, is not there."""
    found: Any = summary if place else None
    for key in place:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def read_history(path: Path) -> list[dict[str, str]]:
    """Rows of the history, the oldest first; none where there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def add_to_history(path: Path, found: Sequence[Measured], when: When) -> None:
    """Append what was measured; a value that is not there is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HISTORY, lineterminator="\n", extrasaction="ignore")
    if not path.is_file():
        writer.writeheader()
    writer.writerows({**asdict(when), **asdict(one)} for one in found)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(text.getvalue())


def before(one: Measured, history: Iterable[Mapping[str, str]], machine: str) -> float | None:
    """Median ratio of the last measurements of a line on this kind of machine, or of its seconds where it has no peer.

    Those of a busy machine do not count. None where it was never measured so.
    """
    key = "ratio" if one.ratio else "ours_seconds"
    quiet = [row for row in history if row["machine"] == machine and float(row["load"]) < BUSY]
    known = [row[key] for row in quiet if (row["what"], row["peer"]) == (one.what, one.peer) and row[key]]
    return median(map(float, known[-LAST:])) if known else None


def fallen(one: Measured, earlier: float | None) -> bool:
    """Whether the ratio to the peer is a fifth below what it was; without a peer whether the speed is."""
    if earlier is None:
        return False
    now = one.ratio / earlier if one.ratio else earlier / one.ours_seconds
    return now < 1 - FALL


def warnings(found: Iterable[Measured], history: Sequence[Mapping[str, str]], machine: str) -> list[str]:
    """A sentence for each line that has fallen by a fifth."""
    said = []
    for one in found:
        earlier = before(one, history, machine)
        if earlier is not None and fallen(one, earlier):
            unit = f"times slower is {one.peer}" if one.ratio else "seconds"
            now = one.ratio or one.ours_seconds
            said.append(f"{one.what}: {now:g} {unit}, where the last of this kind of machine had {earlier:g}.")
    return said


def table(found: Iterable[Measured], history: Sequence[Mapping[str, str]], machine: str) -> str:
    """The table as Markdown; `before` is the median of the last measurements of this kind of machine."""
    rows = [_row(one, before(one, history, machine)) for one in found]
    widths = [max(len(row[place]) for row in [HEADINGS, *rows]) for place in range(len(HEADINGS))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(f"| {' | '.join(map(str.ljust, row, widths))} |" for row in (HEADINGS, rule, *rows)) + "\n"


def _row(one: Measured, earlier: float | None) -> tuple[str, ...]:
    theirs = "not here" if one.peer and one.peer_seconds is None else _number(one.peer_seconds)
    over = one.ours_seconds / one.floor_seconds if one.floor_seconds else None
    told = (_number(one.ratio), _number(earlier) + " <- fallen" * fallen(one, earlier), _number(one.floor_seconds))
    return (one.what, _number(one.ours_seconds), one.peer, theirs, *told, _number(over), _number(one.asked_seconds))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
