"""The printed samples drawn without files: a fixed world, and counts redrawn over it."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.errors import MobilityError, nearest
from mobility.synthetic.flows.means import DESTINATION, MOVE_YEARS, ORIGIN
from mobility.synthetic.flows.moves import LAST_OWN_YEAR, draw_counts
from mobility.synthetic.flows.published import TYPES
from mobility.synthetic.flows.world import World, draw_world
from mobility.synthetic.streams import stream

WORLD_SEED = 2022


def draw_sample(root: Path, seed: int, sender_type: str) -> pd.DataFrame:
    """The sample of one of Tables 8 to 15 with newly drawn moves; areas and their statistics stay the same.

    Parameters
    ----------
    sender_type : a supergroup, such as `London Cosmopolitan`.

    Returns
    -------
    A row an ordered pair and year: year, origin, destination, moves (whole persons), population (of the origin at
    mid-year), the regressors of the year before under the names of `published.CONTROLS`, destination_type (a category
    of supergroups, Affluent England first), origin_wales and destination_wales.

    Raises `MobilityError` on an unknown type.
    """
    frame, means = _fixed(Path(root), sender_type)
    return frame.assign(moves=draw_counts(means, stream(seed, f"flows sample {sender_type}")))


def sender_years(world: World) -> np.ndarray:
    """(n, 5) bool over the years of the moves: who sends in the printed samples."""
    return world.authorities.sender[:, None] & ~world.suppressed


def receiver_years(world: World) -> np.ndarray:
    """(n, 5) bool: who receives; the districts abolished in April 2019 not in the last year."""
    last = np.array(MOVE_YEARS) > LAST_OWN_YEAR
    return world.authorities.covered[:, None] & ~(world.authorities.abolished[:, None] & last)


@cache
def _world(root: Path) -> World:
    return draw_world(root, "full", WORLD_SEED)


@cache
def _fixed(root: Path, sender_type: str) -> tuple[pd.DataFrame, np.ndarray]:
    """All of a sample but its moves, and their means."""
    if sender_type not in TYPES:
        raise MobilityError(f"sender type `{sender_type}`; {nearest(sender_type, TYPES)}. Choose one of these.")
    world = _world(root)
    senders = sender_years(world) & (world.authorities.type == TYPES.index(sender_type))[:, None]
    pairs = senders[:, None, :] & receiver_years(world)[None, :, :]
    pairs[np.diag_indices(len(world.authorities))] = False
    time, origin, destination = np.nonzero(pairs.transpose(2, 0, 1))
    means = np.stack([world.plan.means(year) for year in MOVE_YEARS])[time, origin, destination]
    return _frame(world, time, origin, destination), means


def _frame(world: World, time: np.ndarray, origin: np.ndarray, destination: np.ndarray) -> pd.DataFrame:
    """All columns but the moves; `time` is a place in `MOVE_YEARS`, and that of the year before in the statistics."""
    areas, lagged = world.authorities, world.statistics.regressors
    columns = {
        "year": np.array(MOVE_YEARS)[time],
        "origin": areas.code[origin],
        "destination": areas.code[destination],
        "population": world.statistics.total[origin, time + 1],
        "share_border": areas.border[origin, destination].astype("int8"),
        "log_distance": np.log(areas.miles[origin, destination]),
    }
    columns |= {name: lagged[column][origin, time] for name, column in ORIGIN.items()}
    columns |= {name: lagged[column][destination, time] for name, column in DESTINATION.items()}
    columns["destination_type"] = pd.Categorical.from_codes(areas.type[destination], list(TYPES))
    columns["origin_wales"] = areas.wales[origin].astype("int8")
    columns["destination_wales"] = areas.wales[destination].astype("int8")
    return pd.DataFrame(columns)
