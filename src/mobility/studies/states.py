"""Studies of moves between states: any panel with one variable `state`. Serves the examples."""

import numpy as np
import pandas as pd

from mobility.intake.losses import LossTable
from mobility.studies.inputs import Inputs, Makers
from mobility.transitions.pairs import consecutive_pairs


def makers(inputs: Inputs) -> Makers:
    """Frames `person_waves` (person, wave, state) and `pairs` of consecutive waves.

    A pair has origin, destination, move (stayed or moved) and the panel's other variables as they were at the origin.
    """
    panel, losses = inputs.panel, inputs.losses
    inputs.fail_if_unmapped(["state"], "which the study's moves are between")
    losses.start("person_waves", panel)
    observed = losses.keep("person_waves", "no state recorded", panel, panel["state"].notna())
    losses.branch("pairs", "person_waves")
    return {
        "person_waves": lambda: observed[["person", "wave", "state"]],
        "pairs": lambda: _pairs(observed, losses),
    }


def _pairs(observed: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    others = [name for name in observed.columns if name not in ("person", "wave", "state")]
    pairs = consecutive_pairs(observed.assign(year=observed["wave"]), ["state", *others])
    losses.record("pairs", "not observed in the next wave", len(observed), pairs)
    pairs = pairs.rename(columns={"origin_state": "origin", "destination_state": "destination"})
    pairs = pairs.drop(columns=[f"destination_{name}" for name in others])
    pairs = pairs.rename(columns={f"origin_{name}": name for name in others})
    stayed = (pairs["origin"] == pairs["destination"]).to_numpy(bool)
    return pairs.assign(move=np.where(stayed, "stayed", "moved"))
