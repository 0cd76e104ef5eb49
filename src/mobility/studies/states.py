"""Studies of moves between states: any panel with one variable `state`. Serves the examples."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from mobility.errors import DataError
from mobility.panel.link import consecutive_pairs
from mobility.panel.losses import LossTable
from mobility.settings import Study


def make_frames(
    panel: pd.DataFrame,
    study: Study,
    choices: Mapping[str, str],
    losses: LossTable,
    only: Collection[str] | None = None,
) -> dict[str, pd.DataFrame]:
    """Frames `person_waves` (person, wave, state) and `pairs` of consecutive waves.

    A pair has origin, destination, move (stayed or moved) and the panel's other variables as they were at the origin.
    """
    if "state" not in panel:
        variables = [name for name in panel.columns if name not in ("person", "wave")]
        raise DataError(
            f"{study.folder}/mapping.yaml: no variable `state`, which the study's moves are between; "
            f"mapped: {', '.join(variables)}. Name the variable `state` in `variables`."
        )
    losses.start("person_waves", panel)
    observed = losses.keep("person_waves", "no state recorded", panel, panel["state"].notna())
    losses.branch("pairs", "person_waves")
    others = [name for name in panel.columns if name not in ("person", "wave", "state")]
    pairs = consecutive_pairs(observed.assign(year=observed["wave"]), ["state", *others])
    losses.record("pairs", "not observed in the next wave", len(observed), pairs)
    pairs = pairs.rename(columns={"origin_state": "origin", "destination_state": "destination"})
    pairs = pairs.drop(columns=[f"destination_{name}" for name in others])
    pairs = pairs.rename(columns={f"origin_{name}": name for name in others})
    stayed = (pairs["origin"] == pairs["destination"]).to_numpy(bool)
    pairs["move"] = np.where(stayed, "stayed", "moved")
    frames = {"person_waves": observed[["person", "wave", "state"]], "pairs": pairs}
    return {name: frame for name, frame in frames.items() if only is None or name in only}
