"""Writing the statistics of areas under the names and in the layouts of their publishers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mobility.storage import read_csv, write_bytes, write_text
from mobility.synthetic.flows.authorities import Authorities
from mobility.synthetic.flows.census import census_tables
from mobility.synthetic.flows.gaps import CONTROL_YEARS
from mobility.synthetic.flows.statistics import AGES, CORNWALL, SCILLY, SEXES, YEARS
from mobility.synthetic.flows.world import World
from mobility.synthetic.streams import stream

BOM = "\ufeff"
NOTES = ("SYNTHETIC: invented numbers, in the layout of the publisher.", "Source: nobody. See SYNTHETIC.md.", "")
REGIONS = {
    "North East": "E12000001",
    "North West": "E12000002",
    "Yorkshire and The Humber": "E12000003",
    "East Midlands": "E12000004",
    "West Midlands": "E12000005",
    "East of England": "E12000006",
    "London": "E12000007",
    "South East": "E12000008",
    "South West": "E12000009",
    "Wales": "W92000004",
}
COUNTIES = {
    "E10000003": ("Cambridgeshire", ("E07000008", "E07000009", "E07000010", "E07000011", "E07000012")),
    "E11000001": ("Greater Manchester", tuple(f"E080000{place:02d}" for place in range(1, 11))),
}
GVA_YEARS, GVA_GROWTH, GVA_NOTE = range(1997, 2019), 1.035, " 3"
PRICE_YEARS, PRICE_GROWTH, QUARTERS = range(1995, 2019), 1.06, ("Mar", "Jun", "Sep")
FEW_SALES_BEFORE = 2000
STAGES = ("Early years score", "School score", "Youth score", "Adulthood score")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DEFLATOR_LINES = (
    ("Title", "CPI INDEX 00: ALL ITEMS 2015=100"),
    ("CDID", "D7BT"),
    ("Source dataset ID", "MM23"),
    ("PreUnit", ""),
    ("Unit", "Index, base year = 100"),
    ("Release date", ""),
    ("Next release", ""),
    ("Important notes", "true annual values; quarters and months are drawn between them"),
)


def write_statistics(world: World, folder: Path) -> None:
    """Write every file of statistics."""
    import pyarrow as pa

    for year in YEARS:
        _write_population(world, year, folder / f"nomis_population_by_age_sex_{year}.csv")
    for year in CONTROL_YEARS:
        _write(births(world, year), folder / f"birth_summary_tables_{year}.csv", NOTES, BOM)
        _write(country_of_birth(world, year), folder / f"country_of_birth_{year}.csv", NOTES, BOM)
    _write(unemployment(world), folder / "unemployment_model_based.csv")
    _write(gva(world), folder / "gva_by_local_authority.csv", NOTES)
    _write(house_prices(world), folder / "hpssa_dataset12_mean_price.csv", NOTES)
    _write(deprivation(world), folder / "imd_2010_la_summary.csv")
    _write(mobility_index(world), folder / "smi_2017.csv")
    write_text(deflator_text(world), folder / "series_d7bt.csv")
    for name, table in census_tables(world).items():
        _write_arrow(pa.Table.from_pandas(table, preserve_index=False), folder / f"{name}.csv")


def births(world: World, year: int) -> pd.DataFrame:
    """Births and fertility rates of authorities and of what they lie in, codes of 2018; Cornwall and Scilly in one."""
    place, statistics = YEARS.index(year), world.statistics
    born, rate = statistics.births[:, place], statistics.fertility[:, place]
    rows: list[tuple] = [("Area code", "Area name", "Live births", "Total Fertility Rate (TFR)")]
    for code, name, members in _births_together(_areas(world.authorities)):
        whole = born[members].sum()
        rows.append((code, name, int(whole), f"{whole / (born[members] / rate[members]).sum():.2f}"))
    return _frame(rows)


def country_of_birth(world: World, year: int) -> pd.DataFrame:
    """Residents born in the United Kingdom and abroad, in thousands; `c` where it is suppressed."""
    place, statistics = YEARS.index(year), world.statistics
    everyone, abroad = statistics.residents[:, place], statistics.born_abroad[:, place]
    hidden = world.suppressed[:, CONTROL_YEARS.index(year)]
    rows = [("Area Code", "Area Name", "All", "CI +/-", "United Kingdom", "CI +/-", "Non-United Kingdom", "CI +/-")]
    for code, name, members in _areas(world.authorities):
        numbers = everyone[members].sum(), everyone[members].sum() - abroad[members].sum(), abroad[members].sum()
        cells = [text for number in numbers for text in (f"{number:,.0f}", f"{np.ceil(np.sqrt(number)):,.0f}")]
        suppressed = len(members) == 1 and hidden[members[0]]
        rows.append((code, name, *cells[:4], *(("c", "c") if suppressed else cells[4:])))
    return _frame(rows)


def unemployment(world: World) -> pd.DataFrame:
    """Rates and levels of years to December, and to March in between, of areas with statistics of work."""
    areas, covered = world.authorities, world.authorities.covered
    rates, ages = world.statistics.unemployment[covered], world.statistics.by_age[covered][..., 16:65].sum(axis=2)
    periods = [(f"Jan {year}-Dec {year}", rates[:, place]) for place, year in enumerate(YEARS)]
    periods += [
        (f"Apr {year}-Mar {year + 1}", rates[:, [place, place + 1]].mean(axis=1))
        for place, year in enumerate(YEARS[:-1])
    ]
    rows = [("DATE_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_NAME", "ITEM_NAME", "MEASURES_NAME", "OBS_VALUE")]
    for period, values in periods:
        for code, name, value, people in zip(areas.code[covered], areas.name[covered], values, ages[:, 0], strict=True):
            rows.append((period, code, name, "Unemployment rate", "Rate", f"{value:.1f}"))
            rows.append((period, code, name, "Unemployment level", "Value", str(round(value * people / 140, -2))))
    return _frame(rows)


def gva(world: World) -> pd.DataFrame:
    """Gross value added in GBP million, a column a year; years before the first of `YEARS` by steady growth."""
    areas, values = world.authorities, world.statistics.gva
    columns = {"Region": areas.region, "LAD code": areas.code, "LA name": areas.name}
    for year in GVA_YEARS:
        known = values[:, YEARS.index(max(year, YEARS[0]))]
        heading = f"{year}{GVA_NOTE}" if year == GVA_YEARS[-1] else str(year)
        columns[heading] = np.rint(known / GVA_GROWTH ** max(YEARS[0] - year, 0)).astype("int64")
    return pd.DataFrame(columns)


def house_prices(world: World) -> pd.DataFrame:
    """Mean prices of years ending in December and, between them, in March, June and September."""
    areas, values = world.authorities, world.statistics.house_price
    decembers = {
        year: np.rint(values[:, YEARS.index(max(year, YEARS[0]))] / PRICE_GROWTH ** max(YEARS[0] - year, 0))
        for year in PRICE_YEARS
    }
    columns: dict[str, np.ndarray | list[str]] = {
        "Region/Country code": np.array([REGIONS[region] for region in areas.region]),
        "Region/Country name": areas.region,
        "Local authority code": areas.code,
        "Local authority name": areas.name,
    }
    for year in PRICE_YEARS:
        for step, quarter in enumerate(QUARTERS if year > PRICE_YEARS[0] else (), start=1):
            between = decembers[year - 1] + (decembers[year] - decembers[year - 1]) * step / 4
            columns[f"Year ending {quarter} {year}"] = _priced(between, year, areas)
        columns[f"Year ending Dec {year}"] = _priced(decembers[year], year, areas)
    return pd.DataFrame(columns)


def deprivation(world: World) -> pd.DataFrame:
    """Scores of 2010 of the authorities of England under the codes of 2011; unweighted means of small areas."""
    areas = world.authorities
    there = ~np.isnan(areas.deprivation)
    codes = np.where(areas.recoded_from != "", areas.recoded_from, areas.code)[there]
    ranks = pd.Series(areas.deprivation[there]).rank(ascending=False, method="first").astype("int64")
    columns = {"LA CODE": codes, "LA NAME": areas.name[there], "Average Score": areas.deprivation[there]}
    return pd.DataFrame({**columns, "Rank of Average Score": ranks}).sort_values("LA CODE")


def mobility_index(world: World) -> pd.DataFrame:
    """Invented scores and ranks of the areas of the Social Mobility Index, by code."""
    areas, there = world.authorities, world.authorities.indexed
    overall = 100.0 - 200.0 * world.ranks[there] / there.sum()
    stages = overall[:, None] / 4 + stream(world.seed, "flows stages").normal(0, 5, (len(overall), len(STAGES)))
    columns = {
        "Local authority code": areas.code[there],
        "Local authority name": areas.name[there],
        "Region": areas.region[there],
        **dict(zip(STAGES, stages.round(2).T, strict=True)),
        "Overall score": overall.round(2),
        "Overall rank": world.ranks[there],
    }
    return pd.DataFrame(columns)


def deflator_text(world: World) -> str:
    """The series D7BT: true years, and quarters and months on the line between them."""
    table = read_csv(world.root / "resources" / "flows" / "cpi_d7bt_annual_2008_2019.csv")
    index = dict(zip(table["year"], table["cpi_d7bt_2015_100"], strict=True))
    lines = [*DEFLATOR_LINES, *((str(year), f"{value:.1f}") for year, value in index.items())]
    for step, names in ((4, ("Q1", "Q2", "Q3", "Q4")), (12, MONTHS)):
        for year in YEARS:
            change = index[year + 1] - index[year - 1]
            lines += [
                (f"{year} {name}", f"{index[year] + change / 2 * ((place + 0.5) / step - 0.5):.1f}")
                for place, name in enumerate(names)
            ]
    return "".join(f'"{label}","{value}"\n' for label, value in lines)


def _areas(areas: Authorities) -> list[tuple[str, str, np.ndarray]]:
    """Code, name and members of the countries, regions, two counties and the authorities themselves."""
    wholes = [
        ("K04000001", "ENGLAND AND WALES", np.arange(len(areas))),
        ("E92000001", "ENGLAND", np.flatnonzero(~areas.wales)),
        *((code, name.upper(), np.flatnonzero(areas.region == name)) for name, code in REGIONS.items()),
        *((code, name, np.flatnonzero(np.isin(areas.code, own))) for code, (name, own) in COUNTIES.items()),
    ]
    singles = [(code, name, np.array([n])) for n, (code, name) in enumerate(zip(areas.code, areas.name, strict=True))]
    return [(code, name, members) for code, name, members in [*wholes, *singles] if len(members)]


def _births_together(areas: Sequence[tuple[str, str, np.ndarray]]) -> list[tuple[str, str, np.ndarray]]:
    """Areas of `_areas`, with Cornwall and Scilly as one that has the codes of both."""
    scilly = next(members for code, _, members in areas if code == SCILLY)
    both = {
        CORNWALL: lambda members: (f"{CORNWALL}, {SCILLY}", "Cornwall and Isles of Scilly", np.append(members, scilly))
    }
    return [
        both[code](members) if code in both else (code, name, members)
        for code, name, members in areas
        if code != SCILLY
    ]


def _priced(prices: np.ndarray, year: int, areas: Authorities) -> list[str]:
    """Whole pounds; `:` where there were too few sales."""
    few = ~areas.covered & (year < FEW_SALES_BEFORE)
    return [":" if hidden else f"{price:.0f}" for price, hidden in zip(prices, few, strict=True)]


def _frame(rows: Sequence[tuple]) -> pd.DataFrame:
    """A frame from its heading and its rows; a heading may stand twice."""
    return pd.DataFrame(rows[1:], columns=list(rows[0]))


def _write(frame: pd.DataFrame, path: Path, notes: Sequence[str] = (), mark: str = "") -> None:
    text = frame.to_csv(index=False, lineterminator="\n")
    write_text(mark + "".join(f'"{note}"\n' if note else "\n" for note in notes) + text, path)


def _write_population(world: World, year: int, path: Path) -> None:
    """One year of persons by sex and single age on the boundaries of April 2019, totals with them."""
    import pyarrow as pa

    people = world.authorities.sum_2019(world.statistics.population[:, YEARS.index(year)])
    with_total = np.concatenate([people.sum(axis=1, keepdims=True), people], axis=1)
    table = np.concatenate([with_total.sum(axis=2, keepdims=True), with_total], axis=2)
    genders = ["Total", *SEXES]
    ages = ["All Ages", *(f"Age {age}" for age in range(AGES - 1)), f"Aged {AGES - 1}+"]
    texts: Mapping[str, tuple[int, Sequence[str]]] = {
        "GEOGRAPHY_CODE": (0, world.authorities.codes_2019.tolist()),
        "GEOGRAPHY_NAME": (0, world.authorities.names_2019(world.root).tolist()),
        "GENDER_NAME": (1, genders),
        "C_AGE_NAME": (2, ages),
    }
    places = np.indices(table.shape).reshape(3, -1).astype("int32")
    columns = {name: pa.array(values).take(pa.array(places[axis])) for name, (axis, values) in texts.items()}
    years = pa.array(np.full(table.size, year, dtype="int16"))
    _write_arrow(pa.table({"DATE": years, **columns, "OBS_VALUE": pa.array(table.ravel())}), path)


def _write_arrow(table: Any, path: Path) -> None:
    """Write a table of arrow, which takes a tenth of the time."""
    import pyarrow as pa
    from pyarrow import csv

    out = pa.BufferOutputStream()
    csv.write_csv(table, out)
    write_bytes(out.getvalue().to_pybytes(), path)
