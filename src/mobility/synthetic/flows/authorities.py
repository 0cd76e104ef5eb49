"""The real authorities of England and Wales of 2014 to 2018, what became of them in 2019, and where they lie."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.areas.codes import load_areas
from mobility.areas.distances import pair_geography
from mobility.flows.covariates import region_of
from mobility.storage import read_register
from mobility.synthetic.flows.published import TYPES

VINTAGE = 2018
SMALL_EVERY = 6  # the small delivery has every sixth authority
# Two that merge, one recoded in 2013, one of Wales, two without statistics of work and what the census joins them to.
SMALL_TOO = ("E07000201", "E07000204", "E06000057", "W06000015", "E06000053", "E09000001", "E06000052", "E09000033")


@dataclass(frozen=True, eq=False)
class Authorities:
    """Arrays over n authorities in the order of their codes; pairs are (n, n), origin by destination.

    type : place of the supergroup in `TYPES`. quintile : of deprivation in 2010, 1 the most deprived, 0 without one.
    later : code on the boundaries of April 2019. recoded_from : code before the recodes of 2012-13, empty for others.
    indexed : in the Social Mobility Index 2017. covered : with statistics of work (all but City of London and Scilly).
    deprivation : average score of 2010, NaN for Wales. miles : NaN on the diagonal. border : bool.
    code, name : on the boundaries of the moves. region : code of the one that it lies in.
    """

    code: np.ndarray
    name: np.ndarray
    region: np.ndarray
    type: np.ndarray
    quintile: np.ndarray
    later: np.ndarray
    recoded_from: np.ndarray
    indexed: np.ndarray
    covered: np.ndarray
    deprivation: np.ndarray
    miles: np.ndarray
    border: np.ndarray

    def __len__(self) -> int:
        return len(self.code)

    @cached_property
    def wales(self) -> np.ndarray:
        """Authorities of Wales."""
        return np.array([code.startswith("W") for code in self.code])

    @cached_property
    def abolished(self) -> np.ndarray:
        """Authorities that ended in April 2019."""
        return self.later != self.code

    @cached_property
    def sender(self) -> np.ndarray:
        """Authorities that can send in the printed samples."""
        return self.covered & ~self.abolished

    @cached_property
    def codes_2019(self) -> np.ndarray:
        """Codes on the boundaries of April 2019, in their order."""
        return np.unique(self.later)

    def names_2019(self, root: Path) -> np.ndarray:
        """Names of `codes_2019`."""
        areas = load_areas(root)
        return np.array([areas.name(code) for code in self.codes_2019], dtype=object)

    def sum_2019(self, values: np.ndarray) -> np.ndarray:
        """Sums over the areas that form one of 2019, along the first axis."""
        summed = np.zeros((len(self.codes_2019), *values.shape[1:]), dtype=values.dtype)
        np.add.at(summed, np.searchsorted(self.codes_2019, self.later), values)
        return summed


def read_authorities(root: Path, size: str) -> Authorities:
    """All 348 for `full`; about 60 for `small`, of all types and quintiles."""
    folder = root / "resources" / "areas"
    frame = read_register(folder / "la_frame_348.csv").sort_values("lad_code", ignore_index=True)
    if size == "small":
        frame = _every_sixth(frame)
    codes = frame["lad_code"].to_numpy(dtype=object)
    scores = read_register(folder / "imd2010_la_derived.csv").set_index("lad18_code")["mean_lsoa_score_derived"]
    regions = region_of(root, VINTAGE)
    miles, border = _pairs(root, codes)
    return Authorities(
        code=codes,
        name=frame["lad_name"].to_numpy(dtype=object),
        region=np.array([regions[code] for code in codes], dtype=object),
        type=np.array([TYPES.index(name) for name in frame["supergroup"]]),
        quintile=pd.to_numeric(frame["imd2010_quintile_derived_324"]).fillna(0).to_numpy("int64"),
        later=frame["lad2019_successor"].where(frame["lad2019_successor"] != "", frame["lad_code"]).to_numpy(object),
        recoded_from=frame["code_before_2012_13_recode"].to_numpy(dtype=object),
        indexed=(frame["in_smi_2017_frame_324"] == "1").to_numpy(),
        covered=(frame["no_pull_data"] == "0").to_numpy(),
        deprivation=pd.to_numeric(frame["lad_code"].map(scores)).to_numpy("float64"),
        miles=miles,
        border=border,
    )


def _every_sixth(frame: pd.DataFrame) -> pd.DataFrame:
    """Every sixth authority that was not abolished, and those of `SMALL_TOO`."""
    sixth = frame.index % SMALL_EVERY == 0
    kept = sixth & (frame["abolished_april_2019"] == "0") | frame["lad_code"].isin(SMALL_TOO)
    return frame[kept].reset_index(drop=True)


def _pairs(root: Path, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances in miles and borders, (n, n)."""
    pairs = pair_geography(root)
    place = pd.Series(np.arange(len(codes)), index=codes)
    pairs = pairs[pairs["origin"].isin(codes) & pairs["destination"].isin(codes)]
    ends = pairs["origin"].map(place).to_numpy(), pairs["destination"].map(place).to_numpy()
    miles, border = np.full((len(codes), len(codes)), np.nan), np.zeros((len(codes), len(codes)), dtype=bool)
    miles[ends], border[ends] = pairs["distance_miles"], pairs["share_border"] == 1
    return miles, border
