"""Sentences of a study's texts that count somebody."""

from dataclasses import replace

import pytest

import checker_record
from checker_record import said
from mobility.checker.page import write_statement
from mobility.checker.sentences import sentences_of


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("They are few: 57 people move", ["57 people move"]),
        ("Some, three of them women.", ["Some, three of them women."]),
        ("Of 1,373 young men. Two old women. One person.", ["Of 1,373 young men.", "Two old women.", "One person."]),
        ("Moves per 1,000 people of 2018, people aged 25 to 29, men; one in ten moves.", []),
    ],
)  # fmt: skip
def test_a_sentence_that_counts_persons_is_found_in_digits_and_words(text, counts):
    study = checker_record.study()
    found = sentences_of(replace(study, about=replace(study.about, summary=text)))
    assert [(one.where, one.text) for one in found] == [("Summary", text) for text in counts]


def test_the_page_lists_them_beside_the_place_to_tick(tmp_path):
    """The titles and notes of tables too: those of a released table are on its page."""
    study = checker_record.study()
    noted = replace(study.tables["t"], notes=("Two women left.", "Weighted."))
    write_statement(said(replace(study, tables={"t": noted})), tmp_path)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "<li>Table 1, note: <q>Two women left.</q></li>" in page and "Weighted." not in page
    write_statement(said(study), tmp_path)
    assert "No sentence of the study" in (tmp_path / "s.html").read_text(encoding="utf-8")
