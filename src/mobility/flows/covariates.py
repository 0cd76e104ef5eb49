"""Population, unemployment and production of authorities, boroughs and regions, from `resources/flows`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from mobility.areas.codes import load_areas
from mobility.errors import DataError
from mobility.storage import read_csv, read_register

POPULATION_VINTAGE = 2023  # codes of population_la_2012_2022.csv
UNEMPLOYMENT_VINTAGE = 2019  # names of unemployment_la_2012_2022.csv, beside one of 2020
SUCCESSOR = "Buckinghamshire"  # stands there beside the four districts that became it
MILLION = 1_000_000
FEW = 5


def authority_populations(root: Path) -> pd.DataFrame:
    """Mid-year population of the authorities of Great Britain, 2012 to 2022: code, region, year, population."""
    table = read_csv(_flows(root, "population_la_2012_2022.csv"), thousands=",")
    long = table.melt(["areaName", "areaCode", "region"], var_name="year", value_name="population")
    long = long.rename(columns={"areaCode": "code"}).astype({"year": "int64", "population": "int64"})
    return long[["code", "region", "year", "population"]]


@cache
def region_of(root: Path, vintage: int) -> dict[str, str]:
    """Region (a country for Wales and Scotland) of each authority of a vintage, by code."""
    areas = load_areas(root)
    table = authority_populations(root).drop_duplicates("code")
    regions = dict(zip(table["code"], table["region"], strict=True))
    ends = {code: areas.outcome(code, POPULATION_VINTAGE).targets for code in areas.codes(vintage)}
    return {code: regions[targets[0]] for code, targets in ends.items() if targets[0] in regions}


def region_populations(root: Path) -> pd.DataFrame:
    """Mid-year population of the regions: region, year, population."""
    return authority_populations(root).groupby(["region", "year"], as_index=False)["population"].sum()


def populations_2017(root: Path) -> pd.DataFrame:
    """Mid-2017 population of the 348 authorities by single year of age: index code, columns 0 to 90 (90 and over)."""
    table = read_csv(_flows(root, "population_mid2017_lad18_single_age.csv.gz")).set_index("lad18_code")
    ages = table.filter(regex=r"^age_\d")
    return ages.rename(columns=lambda name: int(name.removeprefix("age_").rstrip("+"))).rename_axis("code")


def age_shares(root: Path, groups: Mapping[str, range]) -> pd.DataFrame:
    """Share of each age group in an authority's population of mid-2017: index code, a column a group."""
    ages = populations_2017(root)
    whole = ages.sum(axis=1)
    return pd.DataFrame({name: ages[list(years)].sum(axis=1) / whole for name, years in groups.items()})


def region_unemployment(root: Path) -> pd.DataFrame:
    """Unemployment rate (per cent) of the regions: region, year, unemployment.

    The mean over the region's authorities, weighted by their population of mid-2019; authorities that the file lacks
    (City of London, Isles of Scilly) have no part in it.

    Raises `DataError` on a name that is no authority.
    """
    table = read_csv(_flows(root, "unemployment_la_2012_2022.csv")).set_index("countryRegionName")
    weights = _populations_2019(root)
    rates = table.drop(index=SUCCESSOR).rename_axis("name").rename_axis("year", axis=1).stack().rename("rate")
    rows = rates.reset_index().merge(weights, how="left", on="name", validate="many_to_one")
    bare = rows.loc[rows["population"].isna(), "name"].unique()
    if len(bare):
        raise DataError(
            f"unemployment_la_2012_2022.csv: no authority of {UNEMPLOYMENT_VINTAGE} is called {', '.join(bare[:FEW])}. "
            "Mend the name, or add the authority's population."
        )
    rows["product"] = rows["rate"] * rows["population"]
    sums = rows.groupby(["region", "year"], as_index=False)[["product", "population"]].sum()
    means = sums.assign(year=sums["year"].astype("int64"), unemployment=sums["product"] / sums["population"])
    return means[["region", "year", "unemployment"]]


def _populations_2019(root: Path) -> pd.DataFrame:
    """Name, region and mid-2019 population of the authorities of Great Britain under their names of 2019."""
    england_wales = read_csv(_flows(root, "population_mid2019_lad19_single_age.csv.gz"))
    table = england_wales[["ltla19_code", "ltla19_name", "total_population"]].set_axis(
        ["code", "name", "population"], axis=1
    )
    table["region"] = table["code"].map(region_of(root, UNEMPLOYMENT_VINTAGE))
    whole = read_csv(_flows(root, "population_la_2012_2022.csv"), thousands=",")
    scotland = whole[whole["region"] == "Scotland"].rename(columns={"areaName": "name", "2019": "population"})
    return pd.concat([table, scotland])[["name", "region", "population"]]


def region_gva_per_head(root: Path) -> pd.DataFrame:
    """Gross value added a head of the regions in GBP of 2015: region, year, gva_per_head; 2012 to 2015 only.

    Current prices of the authorities, summed, over the consumer price index (2015 = 100) and the population.
    """
    gva = read_csv(_flows(root, "gva_la_1997_2015.csv"))
    sums = gva.groupby(["region", "year"], as_index=False)["gva_million_gbp_current"].sum()
    rows = sums.merge(region_populations(root), on=["region", "year"], validate="one_to_one")
    prices = read_csv(_flows(root, "cpi_d7bt_annual_2008_2019.csv")).set_index("year")["cpi_d7bt_2015_100"] / 100
    per_head = rows["gva_million_gbp_current"] * MILLION / rows["population"] / rows["year"].map(prices)
    return rows.assign(gva_per_head=per_head)[["region", "year", "gva_per_head"]]


def supergroups(root: Path) -> dict[str, str]:
    """Supergroup of the ONS area classification of 2011, by authority code of 2018."""
    table = read_register(root / "resources" / "areas" / "ons_area_classification_2011_la.csv")
    return dict(zip(table["lad_code"], table["supergroup"], strict=True))


def _flows(root: Path, name: str) -> Path:
    return root / "resources" / "flows" / name
