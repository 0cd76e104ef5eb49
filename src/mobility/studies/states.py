"""Studies of moves between states: any panel with one variable `state`. Serves the examples."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mobility.errors import DataError
from mobility.panel.link import consecutive_pairs
from mobility.panel.losses import LossTable
from mobility.settings import Study


def make_frames(
    panel: pd.DataFrame, study: Study, choices: Mapping[str, str], losses: LossTable
) -> dict[str, pd.DataFrame]:
    """Frames `person_waves` (person, wave, state) and `pairs` (origin, destination, move) of consecutive waves."""
    if "state" not in panel:
        variables = [name for name in panel.columns if name not in ("person", "wave")]
        raise DataError(
            f"{study.folder}/mapping.yaml: no variable `state`, which the study's moves are between; "
            f"mapped: {', '.join(variables)}. Name the variable `state` in `variables`."
        )
    observed = losses.keep("states", "no state recorded", panel, panel["state"].notna())
    pairs = consecutive_pairs(observed.assign(year=observed["wave"]), ["state"])
    pairs = pairs.rename(columns={"origin_state": "origin", "destination_state": "destination"})
    stayed = (pairs["origin"] == pairs["destination"]).to_numpy(bool)
    pairs["move"] = np.where(stayed, "stayed", "moved")
    return {"person_waves": observed[["person", "wave", "state"]], "pairs": pairs}
