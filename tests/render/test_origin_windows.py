"""The way from a number to what it is made from, and the answers to choices that a run has taken."""

import re
from dataclasses import replace

from mobility.render.formats.pdf import typst_source
from mobility.render.report import Report, arrange
from mobility.render.site.build import site
from mobility.settings import Choice
from mock_origins import LINE, ORIGINS, PLACE
from mock_study import ABOUT, PLAIN, make, wide_table
from site_reader import SECTION, behind, table_html

CHOICE = Choice("weights", "Weighted?", "not said", {"none": "no", "longitudinal": "yes"}, "none", "", {})


def report_of(**more):
    return Report(ABOUT, PLAIN, arrange(ABOUT.sections, [make(wide_table)], []), (), (CHOICE,), **more)


def test_a_number_leads_to_its_basis_and_that_to_the_columns_of_the_source():
    files = site(report_of(origins=ORIGINS))
    facts, bases = behind(files["assets/cells/table_3_3.js"])[PLACE[1:]]
    assert ("Numerator", "observations with origin a & b") in facts
    assert bases == [["Table 3.3", "pages/method.html#how--table_3_3"]]
    sections = dict(SECTION.findall(files["pages/method.html"] + files["pages/data.html"]))
    basis = sections["how--table_3_3"]
    assert "<code>workers</code>: people &lt;in&gt; work" in basis and "80 left, 10 dropped: not in work" in basis
    assert "<code>weights = longitudinal</code></a> (not the default)" in basis and f"line {LINE} (_shares)" in basis
    assert 'href="data.html#from--soc2000"' in basis and 'href="data.html#frame--pairs--origin"' in basis
    assert "<code>jbsoc00_cc</code> of indresp" in sections["from--soc2000"]
    assert "codes mapped by studies/s/groups/g.csv" in files["pages/data.html"]


def test_without_a_script_a_number_leads_to_what_it_rests_on_too():
    (page,) = [text for name, text in site(report_of(origins=ORIGINS)).items() if name.startswith("pages/section")]
    row = re.search(r'<tr id="table_3_3.science_professionals">.*?</tr>', page, re.S)[0]
    assert row.count('<a href="method.html#how--table_3_3">') == 14


def test_what_is_said_once_is_there_once():
    text = "".join(text for name, text in site(report_of(origins=ORIGINS)).items() if name.endswith(".html"))
    assert text.count("jbsoc00_cc") == 1


def test_a_number_of_which_nothing_is_known_leads_to_its_table():
    html = table_html(make(wide_table), origins=replace(ORIGINS, cells={}, bases={}))
    assert "how--" not in html and html.count('<a href="#table_3_3--end">') > 100


def test_page_and_document_name_the_answer_in_force_and_not_the_default():
    for readings, name, said, standing in (
        ({"weights": "longitudinal"}, "longitudinal", "yes", "not the default"),
        ({}, "none", "no", "the default"),
    ):
        report = report_of(readings=readings)
        choices = site(report)["pages/choices.html"]
        assert f"<dt>Here</dt><dd><strong>{said}</strong> (<code>{name}</code>), {standing}</dd>" in choices
        assert f'"Here: {said} (weights: {name}).' in typst_source(report)
