"""What is cited behind a table: run, data with waves and edition, report; an invented data set says that it is."""

from dataclasses import replace

from mobility import __version__
from mobility.render.citing import DATA, MADE, REPORT, bibtex, ris, sentences, sources_of, sources_of_study
from mobility.render.table import Run, origin_of
from mock_study import ABOUT, PLAIN, make, wide_table

REAL = {"synthetic": False, "source": "ukhls", "label": "Understanding Society", "access": "safeguarded",
        "citation": "University of Essex. Understanding Society. UK Data Service, SN 6614. 10.5255/UKDA-SN-6614-19.",
        "waves": ["a", "b"], "waves_shown": "a, b"}  # fmt: skip
RUN = Run("2026-11-07", "0123456789abcdef")


def told(**changes):
    table = make(wide_table, **{"edition": None, **changes})
    return dict(sentences(sources_of(replace(table, run=RUN))))


def test_the_table_is_cited_with_version_day_and_commit_of_its_run():
    assert told(**REAL)[MADE] == (
        f"The mobility developers (2026). Table 3.3: {make(wide_table).title}. In: {ABOUT.title}. "
        f"Made with mobility: a reproducible pipeline for UK mobility research, version {__version__}, run of "
        "7 November 2026 (commit 0123456789ab)."
    )
    # What a run writes is the same on every run: it names no day.
    assert "run of" not in dict(sentences(sources_of(make(wide_table))))[MADE]


def test_data_are_cited_with_waves_and_edition():
    cited = "University of Essex. Understanding Society. UK Data Service, SN 6614. 10.5255/UKDA-SN-6614-19."
    assert told(**REAL, edition="19th")[DATA] == f"{cited} Waves a, b. Edition: 19th."
    assert told(**REAL)[DATA] == f"{cited} Waves a, b. Edition: that of the download."
    assert told(**{**REAL, "access": "open", "waves": ["a"], "waves_shown": "a"})[DATA] == f"{cited} Wave a."


def test_invented_data_are_cited_as_invented():
    assert told()[DATA].startswith("Invented data in the layout of: Simulated UKHLS. Waves a to o.")
    assert told()[DATA].endswith("No person in them exists: not to be cited as the true data.")
    assert told()[MADE].endswith("Made from invented data: no finding.")
    parts = [{**PLAIN, "synthetic": True}, REAL]
    both = origin_of(ABOUT, {"synthetic": True, "mixed": True, "label": "Both", "parts": parts})
    found = sources_of_study(ABOUT, both, Run())
    assert [source.kind for source in found] == [MADE, DATA, DATA, REPORT]
    assert found[0].text.endswith("Made in part from invented data: no finding.")
    assert "Invented" in found[1].title and found[2].title == "Understanding Society"


def test_a_table_that_repeats_the_report_cites_the_report_alone():
    table = replace(make(wide_table), printed=True)
    assert sentences(sources_of(table)) == (("Report", "A. Author, B. Writer (2022). A report <of> numbers. P."),)


def test_bibtex_and_ris_hold_the_parts():
    sources = sources_of(replace(make(wide_table, **{**REAL, "edition": None}), run=RUN))
    entries = bibtex(sources)
    assert entries.count("@misc{") == 2 and "@techreport{mock_report," in entries
    assert "  author = {{A. Author} and {B. Writer}}," in entries and "  year = {2022}," in entries
    assert "  doi = {10.5255/UKDA-SN-6614-19}," in entries and entries.count("{") == entries.count("}")
    records = ris(sources)
    assert records.count("TY  - ") == records.count("ER  - ") == 3
    assert "AU  - A. Author\nAU  - B. Writer\nTI  - A report <of> numbers\nPY  - 2022\nPB  - P\n" in records
    assert "DO  - 10.5255/UKDA-SN-6614-19\n" in records
