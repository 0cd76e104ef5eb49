"""What a published series is computed by from delivered values: the names that `computation` of `series.csv` can have.

Each takes the values of its inputs and gives a row an area, group and year: area, group, year, value, std_error, n.
A value that lacks a part of what it is made from is no row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

KEYS = ["area", "group", "year"]
VALUES = [*KEYS, "value", "std_error", "n"]
WHOLE = "all"  # group of a value that is not split
SPAN = 3  # years of a moving average

Prices = Mapping[int, float]
Inputs = Sequence[pd.DataFrame]


@dataclass(frozen=True)
class Computation:
    """A way to compute a series.

    says : formula, for the documentation. compute : from inputs, words of `parameter` and the price index by year.
    inputs : how many it has. parameters : what its words are, in order; one that ends in `...` stands for several.
    """

    says: str
    compute: Callable[[Inputs, Sequence[str], Prices], pd.DataFrame]
    inputs: int = 1
    parameters: tuple[str, ...] = ()

    def takes(self, parameters: Sequence[str]) -> bool:
        """Whether it can have so many words of `parameter`."""
        several = bool(self.parameters) and self.parameters[-1].endswith("...")
        return len(parameters) >= len(self.parameters) if several else len(parameters) == len(self.parameters)


def _as_published(inputs: Inputs, parameter: Sequence[str], prices: Prices) -> pd.DataFrame:
    return inputs[0][VALUES]


def _ratio(inputs: Inputs, parameter: Sequence[str], prices: Prices) -> pd.DataFrame:
    over, under = (each.set_index(KEYS)["value"] for each in inputs)
    return _bare((over / under.where(under > 0)).dropna())


def _three_year_mean(inputs: Inputs, parameter: Sequence[str], prices: Prices) -> pd.DataFrame:
    """Years that are there must follow each other: the year and the two before it."""
    values = inputs[0].set_index(KEYS)["value"]
    before = [_moved(values, years) for years in range(1, SPAN)]
    return _bare(pd.concat([values, *before], axis=1).dropna().mean(axis=1))


def _moved(values: pd.Series, years: int) -> pd.Series:
    """Values under the year so many years later."""
    moved = values.rename_axis(KEYS).reset_index(name="value")
    return moved.assign(year=moved["year"] + years).set_index(KEYS)["value"]


def _gap(inputs: Inputs, parameter: Sequence[str], prices: Prices) -> pd.DataFrame:
    wide = _by_group(inputs[0])
    larger, smaller = (wide.reindex(columns=[group])[group] for group in parameter)
    return _ungrouped((larger - smaller).dropna())


def _share(inputs: Inputs, parameter: Sequence[str], prices: Prices) -> pd.DataFrame:
    """Of an area and year with a group less than the others have, the sum is not known: no row."""
    wide = _by_group(inputs[0]).dropna()
    shares = wide.div(wide.sum(axis=1), axis=0).stack().rename_axis(["area", "year", "group"])
    return _bare(shares.reorder_levels(KEYS))


def _mean_of_groups(inputs: Inputs, parameter: Sequence[str], prices: Prices) -> pd.DataFrame:
    return _ungrouped(_by_group(inputs[0]).reindex(columns=list(parameter)).dropna().mean(axis=1))


def _real(inputs: Inputs, parameter: Sequence[str], prices: Prices) -> pd.DataFrame:
    values, index = inputs[0], pd.Series(dict(prices), dtype="float64")
    factor = prices[int(parameter[0])] / values["year"].map(index)
    return _scaled(values, factor)


def _repriced(inputs: Inputs, parameter: Sequence[str], prices: Prices) -> pd.DataFrame:
    values, (before, after) = inputs[0], map(int, parameter)
    return _scaled(values, pd.Series(prices[after] / prices[before], index=values.index))


def _scaled(values: pd.DataFrame, factor: pd.Series) -> pd.DataFrame:
    scaled = {name: values[name] * factor for name in ("value", "std_error")}
    return values.assign(**scaled).dropna(subset=["value"])[VALUES]


def _by_group(values: pd.DataFrame) -> pd.DataFrame:
    """A row an area and year, a column a group."""
    return values.pivot(index=["area", "year"], columns="group", values="value")


def _ungrouped(values: pd.Series) -> pd.DataFrame:
    """Values by area and year as those of everyone."""
    return _bare(values.rename("value").reset_index().assign(group=WHOLE).set_index(KEYS)["value"])


def _bare(values: pd.Series) -> pd.DataFrame:
    """Values by `KEYS` without an error and a size: those of their parts are not those of the result."""
    frame = values.rename_axis(KEYS).rename("value").reset_index()
    return frame.assign(std_error=float("nan"), n=float("nan"))[VALUES].sort_values(KEYS, ignore_index=True)


COMPUTATIONS: Mapping[str, Computation] = {
    "as_published": Computation("the value that the publisher gives", _as_published),
    "ratio": Computation("the first input over the second, by area, group and year", _ratio, inputs=2),
    "three_year_mean": Computation("mean of a year and the two before it, under the last of them", _three_year_mean),
    "gap": Computation("the value of the first group less that of the second", _gap, parameters=("group", "group")),
    "share": Computation("the value of a group over the sum of all groups of its area and year", _share),
    "mean_of_groups": Computation("mean of the groups named", _mean_of_groups, parameters=("group", "group", "...")),
    "real": Computation(
        "the value of a year times CPI of the base year over CPI of that year (D7BT)", _real, parameters=("base year",)
    ),
    "repriced": Computation(
        "a value in prices of the first year times CPI of the second year over CPI of the first (D7BT)",
        _repriced,
        parameters=("year of the prices", "year wanted"),
    ),
}
