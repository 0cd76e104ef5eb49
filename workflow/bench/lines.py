"""The lines of the bench's table: of each subject what is measured, beside which program, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Place = tuple[str, ...]  # keys of the summary, one within the other; `*` in a key is any letters


@dataclass(frozen=True)
class Line:
    """A line of the table: what is measured, beside which program, and where the summary has the numbers of both.

    floor : where it has that of the one operation that no program can do without. asked : what it may be at most.
    unit : of all of them. rate : whether the summary says how many a second, so that the seconds are those of one.
    scale : of the unit in that of the summary. get : the command that brings the peer.
    """

    what: str
    ours: Place
    peer: str = ""
    theirs: Place = ()
    floor: Place = ()
    asked: float | None = None
    unit: str = "s"
    rate: bool = False
    scale: float = 1
    get: str = ""


MS, MINUTE = 0.001, 60
NEGBIN, ONE_MODEL, PROBIT = "negbin_560504_rows", "one_model_275000_rows", "probit_with_margins_31610_rows"
GET_NEGBIN = "apt-get install r-base-core r-cran-mass r-cran-sandwich"
GET_PYFIXEST = "python3.11 -m venv PEER && PEER/bin/pip install pyfixest, then PEER_PYTHON=PEER/bin/python"
GET_DATASETTE = "python3.11 -m venv PEER && PEER/bin/pip install datasette, then PATH=PEER/bin:$PATH"
LEAVES = "cells that do not leave: "
TWO = "two releases, a wave added or a choice changed: "

REPORTS = (
    Line(
        "reading 60 of 1,300 columns of a wave",
        ("read_a_wave", "ours_seconds"),
        "pandas.read_stata",
        ("read_a_wave", "pandas_seconds"),
        ("read_a_wave", "floor_seconds"),
    ),
    Line("the default run", ("report", "first", "seconds"), asked=150),
    Line("the default run, all its processes", ("report", "first", "peak_mb"), asked=3_000, unit="MB"),
    Line("the default run, nothing changed", ("report", "nothing_changed", "seconds"), asked=3),
    Line("the default run, one table edited", ("report", "one_table_edited", "seconds"), asked=8),
    Line("gatsby alone, its delivery written", ("report", "gatsby_alone", "seconds"), asked=25),
    Line("careers_lmi alone, its deliveries written", ("report", "careers_lmi_alone", "seconds"), asked=60),
)
ATTACKS = (
    Line(f"{LEAVES}hidden at 3, 10 and 30, every study", ("threshold_*", "hidden"), unit="cells"),
    Line(f"{LEAVES}had back exactly", ("threshold_*", "exact"), asked=0, unit="cells"),
    Line(f"{LEAVES}had back to less than the threshold", ("threshold_*", "narrow"), asked=0, unit="cells"),
    Line(f"{LEAVES}{TWO}had back exactly", ("a*_[0-9]*", "exact"), asked=0, unit="cells"),
    Line(f"{LEAVES}{TWO}had back to less", ("a*_[0-9]*", "narrow"), asked=0, unit="cells"),
    Line("identifiers in files that leave", ("identifiers",), asked=0, unit="places"),
)
MODELS = (
    *(
        Line(
            f"{name}, 275,000 x 46, robust errors",
            (ONE_MODEL, name, "ours_seconds"),
            peer,
            (ONE_MODEL, name, *theirs),
            (ONE_MODEL, name, "floor_seconds"),
            get=get,
        )
        for name in ("ols", "logit")
        for peer, theirs, get in (
            ("statsmodels", ("statsmodels_seconds",), ""),
            ("pyfixest, warm", ("pyfixest", "seconds"), GET_PYFIXEST),
        )
    ),
    Line(
        "probit with average marginal effects, 31,610 x 31",
        (PROBIT, "ours_seconds"),
        "R, glm and effects by hand",
        (PROBIT, "r_seconds"),
        (PROBIT, "floor_seconds"),
        get="apt-get install r-base-core",
    ),
)
COUNTS = (
    *(
        Line(
            "negative binomial, 560,504 x 28, robust errors",
            (NEGBIN, "ours", "least_seconds"),
            peer,
            (NEGBIN, name, "seconds"),
            (NEGBIN, "floor", "seconds"),
            asked=0.12,
            get=get,
        )
        for peer, name, get in (
            ("MASS::glm.nb, sandwich", "glm_nb_and_sandwich", GET_NEGBIN),
            ("statsmodels, BFGS", "statsmodels_bfgs", ""),
        )
    ),
    Line(
        "the same, memory of the process",
        (NEGBIN, "ours", "peak_mb"),
        "statsmodels, BFGS",
        (NEGBIN, "statsmodels_bfgs", "peak_mb"),
        unit="MB",
    ),
    Line("the same, 1,121,008 x 28", (NEGBIN, "twice_the_rows", "ours", "least_seconds")),
)
LAYERS = (
    Line(
        "layer model (UNIDIFF), 7 x 7 x 10",
        ("unidiff_7_7_10", "seconds"),
        "gnm with eliminate",
        ("unidiff_7_7_10", "gnm", "seconds_with_eliminate"),
        get="apt-get install r-base-core r-cran-gnm",
    ),
    Line("layer model (UNIDIFF), 11 x 11 x 30", ("unidiff_11_11_30", "seconds")),
)
PAY = (
    Line("earnings function, 63,640 x 1,275, robust errors", ("pay", "earnings_function", "seconds"), asked=1),
    Line("the earnings function, memory of the process", ("pay", "earnings_function", "peak_mb"), asked=400, unit="MB"),
    Line("raking 12 million cells to five margins, 1e-9", ("pay", "predict_and_rake", "seconds"), asked=1),
    Line("the raking, memory of the process", ("pay", "predict_and_rake", "peak_mb"), asked=600, unit="MB"),
    Line(
        "raking 1.3 million cells to four margins, 1e-9",
        ("pay", "beside_ipfn", "ours_seconds"),
        "ipfn",
        ("pay", "beside_ipfn", "ipfn_seconds"),
        get=".venv/bin/python -m pip install --no-deps ipfn",
    ),
    Line("earnings functions of 32,265 persons, 523 occupations", ("pay", "gss", "seconds")),
)
SERVE = (
    Line(
        "an answer of the server, one worker",
        ("serve", "ours", "requests_a_second"),
        "FastAPI that returns a dictionary",
        ("serve", "plain_fastapi_dict", "requests_a_second"),
        asked=0.0002,
        rate=True,
    ),
    Line(
        "from a question to its answer, 16 connections, median", ("serve", "ours", "median_ms"), asked=0.002, scale=MS
    ),
    Line("the same, 99 in 100", ("serve", "ours", "p99_ms"), asked=0.02, scale=MS),
    Line("start of the server to its first answer", ("serve", "ours", "start_to_first_answer_s"), asked=1.5),
    Line("a year of requests", ("serve", "a_year_of_requests_minutes"), asked=90 * MINUTE, scale=MINUTE),
    Line("the server after a million requests", ("serve", "memory", "resident_mb_at_the_end"), asked=400, unit="MB"),
    Line(
        "pay by occupation and a filter, one worker",
        ("serve", "datasette", "ours_at_the_same_questions", "requests_a_second"),
        "Datasette's SQL over the same cells",
        ("serve", "datasette", "requests_a_second"),
        rate=True,
        get=GET_DATASETTE,
    ),
)
PROXY = (
    Line("six promotions behind nginx: answers lost", ("proxy", "lost"), asked=0, unit="answers"),
    Line("six promotions behind nginx: answers of two releases", ("proxy", "mixed"), asked=0, unit="answers"),
)
SEARCHES = (
    Line("a search of titles, median", ("search", "permuted", "median_ms"), asked=0.005, scale=MS),
    Line("the index of titles in memory", ("search", "memory_mb"), unit="MB"),
)
OFFLINE = (Line("a small report in a network without a route", ("offline", "report_seconds")),)
SLURM = (
    Line(
        "the default run, small, through a Slurm of one node",
        ("slurm", "slurm_seconds"),
        "without it",
        ("slurm", "one_machine_seconds"),
    ),
    Line("tables of it that differ from those without it", ("slurm", "different"), asked=0, unit="tables"),
)
TENFOLD = (
    Line("850,000 people, 1,300 columns a wave: files written", ("tenfold", "ten", "written", "seconds")),
    Line("writing them, memory of all processes", ("tenfold", "ten", "written", "peak_mb"), asked=4_000, unit="MB"),
    Line("gatsby on them, from the files to the page", ("tenfold", "ten", "made", "seconds")),
    Line("gatsby on them, the largest job", ("tenfold", "ten", "largest_job_mb"), asked=4_000, unit="MB"),
    Line("gatsby on them, processor time over that on 85,000", ("tenfold", "times"), asked=10.5, unit="times"),
)
FUZZ = (
    Line("a million spoilt files, two processes", ("fuzz", "seconds")),
    Line("spoilt files that end neither in a result nor in a message", ("fuzz", "findings"), asked=0, unit="files"),
)
LONG_TESTS = (
    Line("long tests that pass", ("long_tests", "passed"), unit="tests"),
    Line("long tests that fail", ("long_tests", "failed"), asked=0, unit="tests"),
)
TOOK = "took_seconds"  # key of the summary: by subject
LINES: Mapping[str, tuple[Line, ...]] = MappingProxyType(
    {
        subject: (*lines, Line(f"the bench itself: {subject}", (TOOK, subject)))
        for subject, lines in {
            "reports": REPORTS,
            "attacks": ATTACKS,
            "models": MODELS,
            "movers": (),
            "counts": COUNTS,
            "layers": LAYERS,
            "intervals": (),
            "offline": OFFLINE,
            "pay": PAY,
            "serve": SERVE,
            "proxy": PROXY,
            "searches": SEARCHES,
            "slurm": SLURM,
            "tenfold": TENFOLD,
            "fuzz": FUZZ,
            "longtests": LONG_TESTS,
        }.items()
    }
)
