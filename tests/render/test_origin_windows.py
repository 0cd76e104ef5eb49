"""The windows of a page that say where a number comes from, and the answers to choices that a run has taken."""

import re
from dataclasses import replace

from mobility.render.formats.html import study_page, table_html
from mobility.render.formats.pdf import typst_source
from mobility.render.origins import Basis, Made, Origin, Origins, Reading, Variable
from mobility.render.report import Report, arrange
from mobility.settings import Choice
from mock_study import ABOUT, PLAIN, make, wide_table

PLACE = ("table_3_3", "science_professionals", "same_occ")
BASIS = Basis(
    id="table_3_3",
    title="Table 3.3",
    facts=(("Sample", ("`workers`: people <in> work",)),),
    chain=("90 left, 0 dropped: rows read", "80 left, 10 dropped: not in work"),
    frame="pairs",
    columns=("origin",),
    variables=("soc2000",),
    choices=(Reading("weights", "longitudinal", False, "the weight of the last wave"),),
    code=("cells: src/mobility/cells/tabulate.py, line 62 (_shares)",),
)
ORIGINS = Origins(
    {PLACE: Origin((("Numerator", "observations with origin a & b"),), ("table_3_3",))},
    {"table_3_3": BASIS},
    {"pairs": ("a person and a step", (Made("origin", ("soc2000",), ("studies/s/groups/g.csv",)),))},
    {"soc2000": Variable("soc2000", ("Source columns (sources/x):", "  soc2000 = jbsoc00_cc of indresp"))},
)
CHOICE = Choice("weights", "Weighted?", "not said", {"none": "no", "longitudinal": "yes"}, "none", "", {})


def page(**more):
    table = make(wide_table)
    report = Report(ABOUT, PLAIN, arrange(ABOUT.sections, [table], []), (), (CHOICE,), **more)
    return study_page(report), typst_source(report)


def test_a_number_leads_to_its_basis_and_that_to_the_columns_of_the_source():
    html, _ = page(origins=ORIGINS)
    windows = dict(re.findall(r'<div popover id="([^"]+)"[^>]*>(.*?)</div>', html, re.S))
    number, basis = windows["--".join((*PLACE, "facts"))], windows["how--table_3_3"]
    assert "<dt>Numerator</dt><dd>observations with origin a &amp; b</dd>" in number
    assert 'popovertarget="how--table_3_3"' in number
    assert "<code>workers</code>: people &lt;in&gt; work" in basis and "80 left, 10 dropped: not in work" in basis
    assert "<code>weights</code> = <code>longitudinal</code> (not the default)" in basis
    assert "line 62 (_shares)" in basis
    assert 'popovertarget="from--soc2000"' in basis and 'popovertarget="frame--pairs"' in basis
    assert "<code>jbsoc00_cc</code> of indresp" in windows["from--soc2000"]
    assert "codes mapped by studies/s/groups/g.csv" in windows["frame--pairs"]


def test_what_is_said_once_is_there_once_and_every_window_that_opens_is_there():
    html, _ = page(origins=ORIGINS)
    names = re.findall(r'\bid="([^"]+)"', html)
    assert len(names) == len(set(names))
    assert set(re.findall(r'popovertarget="([^"]+)"', html)) <= set(names)
    assert html.count("jbsoc00_cc") == 1 and "<script" not in html


def test_a_number_of_which_nothing_is_known_has_no_further_window():
    html = table_html(make(wide_table), origins=replace(ORIGINS, cells={}))
    assert "Numerator" not in html and html.count('popovertarget="how--') == 1  # under the table


def test_page_and_document_name_the_answer_in_force_and_not_the_default():
    for readings, name, said, other in (
        ({"weights": "longitudinal"}, "longitudinal", "yes", "no (<code>none</code>)"),
        ({}, "none", "no", "yes (<code>longitudinal</code>)"),
    ):
        html, typst = page(readings=readings)
        assert f"<p>Here: {said} (<code>weights: {name}</code>). Instead: {other}.</p>" in html
        assert f'"Here: {said} (weights: {name}).' in typst
