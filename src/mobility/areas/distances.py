"""Where areas lie: distances between centroids in miles, and who shares a border with whom."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.areas.codes import load_areas
from mobility.errors import ConfigError, DataError, nearest
from mobility.storage import read_csv, read_register

METRES_PER_MILE = 1609.344
NEIGHBOURS = {
    "lad2014": ("lad2014_neighbours.csv", "lad_code_a", "lad_code_b"),
    "lad2021": ("lad2021_neighbours_onsvisual.csv", "lad21_code_a", "lad21_code_b"),
}
POINT = ["code", "easting", "northing"]
FEW = 5


def load_centroids(root: Path) -> pd.DataFrame:
    """Centroids of the 348 authorities of England and Wales of 2014 to 2018: code, easting, northing (metres)."""
    names = {"lad_code": "code", "centroid_easting": "easting", "centroid_northing": "northing"}
    return read_csv(root / "resources" / "areas" / "lad2014_centroids.csv").rename(columns=names)[POINT]


def distances(points: pd.DataFrame) -> pd.DataFrame:
    """Ordered pairs i != j of points with `distance_miles`, the straight line on the British National Grid.

    Parameters
    ----------
    points : code, easting, northing (metres, EPSG:27700).

    Raises
    ------
    DataError
        A code twice, or two areas in one place, whose distance of zero has no logarithm.
    """
    twice = points["code"][points["code"].duplicated()]
    if len(twice):
        raise DataError(f"centroids: {', '.join(twice[:FEW])} stand in two rows. Keep one row an area.")
    east, north = (points[axis].to_numpy("float64") for axis in ("easting", "northing"))
    miles = np.hypot(east[:, None] - east, north[:, None] - north) / METRES_PER_MILE
    origin, destination = np.nonzero(~np.eye(len(points), dtype=bool))
    codes = points["code"].to_numpy()
    pairs = pd.DataFrame({"origin": codes[origin], "destination": codes[destination]})
    return check_distances(pairs.assign(distance_miles=miles[origin, destination]))


def check_distances(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs as they are; raises `DataError` where i = j, or a distance is not above zero."""
    same = pairs["origin"] == pairs["destination"]
    if same.any():
        raise DataError(f"distances: {int(same.sum())} rows have i = j, such as {pairs.loc[same, 'origin'].iloc[0]}.")
    bad = pairs[pairs["distance_miles"] <= 0]
    if len(bad):
        shown = ", ".join(f"{row.origin} to {row.destination}" for row in bad.head(FEW).itertuples())
        raise DataError(
            f"distances: zero between {shown}. Two areas have one centroid, and the models take the logarithm of the "
            "distance. Mend the centroids, or join the two areas."
        )
    return pairs


def borders(root: Path, neighbours: str = "lad2014") -> pd.DataFrame:
    """Pairs of areas that share a border, in both directions: origin, destination.

    Parameters
    ----------
    neighbours : `lad2014`, found from the boundaries of December 2014 (clipped at high water, so areas that meet in a
        river are none), or `lad2021`, the publisher's list of April 2021, in codes of 2021, which has them.

    Raises
    ------
    ConfigError
        On another answer to `neighbours`.
    """
    if neighbours not in NEIGHBOURS:
        raise ConfigError(f"neighbours: `{neighbours}`; {nearest(neighbours, list(NEIGHBOURS))}. Choose one of these.")
    file, first, second = NEIGHBOURS[neighbours]
    listed = read_register(root / "resources" / "areas" / file)
    one = listed[[first, second]].set_axis(["origin", "destination"], axis=1)
    other = listed[[second, first]].set_axis(["origin", "destination"], axis=1)
    return pd.concat([one, other]).drop_duplicates(ignore_index=True)


def pair_geography(root: Path, neighbours: str = "lad2014") -> pd.DataFrame:
    """All 348 x 347 ordered pairs of England and Wales: origin, destination, distance_miles, share_border (0 or 1).

    With `lad2021`, pairs of which an authority was abolished by 2021 keep their border of 2014.
    """
    pairs = distances(load_centroids(root))
    listed = borders(root, neighbours)
    if neighbours == "lad2021":
        still = load_areas(root).codes(2021)
        old = borders(root)
        gone = ~(old["origin"].isin(still) & old["destination"].isin(still))
        listed = pd.concat([listed, old[gone]])
    return mark_borders(pairs, listed)


def mark_borders(pairs: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Pairs with `share_border`, 1 where `listed` has the pair."""
    there = pd.MultiIndex.from_frame(listed[["origin", "destination"]])
    share = pd.MultiIndex.from_frame(pairs[["origin", "destination"]]).isin(there)
    return pairs.assign(share_border=share.astype("int8"))


def joined_centroids(points: pd.DataFrame, group: Mapping[str, str], weight: Mapping[str, float]) -> pd.DataFrame:
    """Centroids of groups of areas, the weighted mean of their members' (weight: usually the population).

    Areas without a group stay out. Raises `DataError` where a member has no weight.
    """
    rows = points.assign(group=points["code"].map(group), weight=points["code"].map(weight)).dropna(subset=["group"])
    bare = rows.loc[rows["weight"].isna(), "code"]
    if len(bare):
        raise DataError(f"joined centroids: no weight for {', '.join(bare[:FEW])}. Add their population.")
    moments = rows[["easting", "northing"]].mul(rows["weight"], axis=0).assign(weight=rows["weight"])
    sums = moments.groupby(rows["group"]).sum()
    means = sums[["easting", "northing"]].div(sums["weight"], axis=0)
    return means.rename_axis("code").reset_index()[POINT]


def joined_borders(listed: pd.DataFrame, group: Mapping[str, str]) -> pd.DataFrame:
    """Pairs of groups with members that share a border, in both directions."""
    pairs = pd.DataFrame({end: listed[end].map(group) for end in ("origin", "destination")}).dropna()
    return pairs[pairs["origin"] != pairs["destination"]].drop_duplicates(ignore_index=True)
