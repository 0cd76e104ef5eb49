"""Numbers of the printed tables that are planted: coefficients of Tables 2 and 7 to 15, means of Table 6."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mobility.errors import SpecError
from mobility.storage import read_rows

STUDY = Path("studies") / "moving_out"
MODEL = "model_4"
FIRST_RECEIVING = 8  # Tables 8 to 15: a sending type each, in alphabetical order
TYPES = (
    "Affluent England",
    "Business, Education and Heritage Centres",
    "Countryside Living",
    "Ethnically Diverse Metropolitan Living",
    "London Cosmopolitan",
    "Services and Industrial Legacy",
    "Town and Country Living",
    "Urban Settlements",
)
IN_TABLE_6 = {"business_education_and_heritage_centres": "business_education_and_heritage_centre"}
CONTROLS = {
    "share_border": "share_border",
    "log_distance": "distance_between_sending_and_receiving_areas",
    "log_young_share": "young_population_ratio_aged_15_29_sending_area",
    "dependency_ratio": "dependency_ratio_sending_area",
    "non_uk_born": "non_uk_born_ratio_sending_area",
    "fertility": "fertility_rate_sending_area",
    "origin_unemployment": "unemployment_rate_sending_area",
    "destination_unemployment": "unemployment_rate_receiving_area",
    "log_origin_gva": "gva_per_capita_sending_area",
    "log_destination_gva": "gva_per_capita_receiving_area",
    "log_origin_house_price": "house_prices_sending_area",
    "log_destination_house_price": "house_prices_receiving_area",
}
MEANS = {
    "unemployment": "avg_unemployment_rate",
    "house_price": "avg_house_price",
    "gva": "avg_gva_per_capita",
    "fertility": "fertility_rate",
    "non_uk_born": "international_migration_ratio",
}


@dataclass(frozen=True, eq=False)
class Published:
    """Coefficients of Model 4 and means, arrays in the order of `TYPES`.

    sending : (8,) Table 7. receiving : (8, 8) sending x receiving type, Tables 8 to 15. Affluent England has 0.
    controls : Table 2, by the names of `CONTROLS`. means : (8,) each, Table 6, by the names of `MEANS`.
    """

    sending: np.ndarray
    receiving: np.ndarray
    controls: Mapping[str, float]
    means: Mapping[str, np.ndarray]


def row_of(supergroup: str) -> str:
    """Identifier of a supergroup in the printed tables."""
    return re.sub(r"[^a-z]+", "_", supergroup.lower())


def read_published(root: Path) -> Published:
    """Read them from `studies/moving_out/published`; raises `SpecError` naming the cell that is absent."""
    effects = [_effects(root, FIRST_RECEIVING + place, "receiving") for place in range(len(TYPES))]
    table_2, table_6 = _cells(root, 2), _cells(root, 6)
    rows = [IN_TABLE_6.get(row_of(name), row_of(name)) for name in TYPES]
    return Published(
        _effects(root, 7, "sending"),
        np.array(effects),
        {name: _number(table_2, 2, row, MODEL, "coefficient") for name, row in CONTROLS.items()},
        {name: np.array([_number(table_6, 6, row, column, "mean") for row in rows]) for name, column in MEANS.items()},
    )


def _effects(root: Path, table: int, end: str) -> np.ndarray:
    """Coefficients of the types at one end of a move, the first of them the reference."""
    cells = _cells(root, table)
    rows = [f"{end}_{row_of(name)}" for name in TYPES[1:]]
    return np.array([0.0, *(_number(cells, table, row, MODEL, "coefficient") for row in rows)])


def _cells(root: Path, table: int) -> dict[tuple[str, str, str], str]:
    path = Path(root) / STUDY / "published" / f"table_{table}.csv"
    if not path.is_file():
        raise SpecError(f"{path}: no such file. Restore the published table, then run again.")
    return {
        (row["row"], row["column"], row["statistic"]): row["value"] for row in read_rows(path) if row["flag"] == "ok"
    }


def _number(cells: Mapping[tuple[str, str, str], str], table: int, *place: str) -> float:
    row, column, statistic = place
    key = row, column, statistic
    if not cells.get(key):
        raise SpecError(f"table_{table}.csv, {' '.join(key)}: no number. It is planted in the synthetic moves.")
    return float(cells[key])
