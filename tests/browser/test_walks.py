"""Four readers find what they came for, on small reports; on those of a run, tests/pipeline/test_pipeline.py."""

import pytest

from walks import WALKS, Place

MOCK = Place(
    study="mock",
    title="Mobility of technicians & other “technical” workers",
    table=("table_2_2", "science_professionals", "y2017"),
    search="2.2 science 2017",
    number=("table_3_3", "science_professionals", 1),
    figure=("figure_a", "technical", "technical"),
    section="2 Patterns",
)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_the_walk_of_the(walk, browser, reports):
    walk(browser, reports, MOCK)
