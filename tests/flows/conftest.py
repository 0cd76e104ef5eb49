"""A delivery of moves and statistics, and its reader."""

import pytest

from flow_folder import BIRTHS, BORN, CPI, GVA, HEAD, HOUSES, IMD, MOVES, SMI, UNEMPLOYMENT, YEARS, population
from mobility.areas.codes import load_areas
from mobility.flows.delivery import read_flow_delivery
from mobility.flows.register import load_flow_source


@pytest.fixture
def folder(tmp_path):
    """A whole delivery for moves of 2017 and 2018."""
    place = tmp_path / "delivery"
    files = {name: "\n".join([HEAD, *rows]) + "\n" for name, rows in MOVES.items()}
    files |= {f"nomis_population_by_age_sex_{year}.csv": population(year) for year in (2016, 2017, 2018)}
    files |= {f"birth_summary_tables_{year}.csv": BIRTHS for year in (2016, 2017)}
    files |= {f"country_of_birth_{year}.csv": BORN for year in (2016, 2017)}
    files |= {"unemployment_model_based.csv": UNEMPLOYMENT, "gva_by_local_authority.csv": GVA}
    files |= {"series_d7bt.csv": CPI, "hpssa_dataset12_mean_price.csv": HOUSES}
    files |= {"imd_2010_la_summary.csv": IMD, "smi_2017.csv": SMI}
    (place / "statistics").mkdir(parents=True)
    for name, text in files.items():
        path = place / ("" if name.startswith("Detailed") else "statistics") / name
        path.write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def source(root):
    return load_flow_source(root)


@pytest.fixture
def read(source, root):
    """Read a delivery; by default every file but those of the census must be there."""

    split = {statistic.file for statistic in source.statistics.values() if statistic.groups}
    every = tuple(name for name in source.read if name not in split)

    def delivery(folder, years=YEARS, required=every, optional=()):
        return read_flow_delivery(folder, source, years, load_areas(root), required, optional)

    return delivery
