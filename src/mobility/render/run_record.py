"""What a run was: version, settings, data; the manifest, and what the index page says of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mobility import __version__
from mobility.settings import SYNTHETIC
from mobility.settings.sources import shipped_with
from mobility.storage import file_hash, read_rows, read_yaml


def run_record(
    config: str | Path, provenances: Sequence[str | Path], truths: Sequence[str | Path] = ()
) -> dict[str, Any]:
    """Version of the code, settings, data and (on invented data) the comparison with the planted truth."""
    sources = {read_yaml(path)["label"]: read_yaml(path) for path in provenances}
    settings, root = read_yaml(config), Path(config).parent
    places = {name: _place(where, shipped_with(root, name)) for name, where in settings["sources"].items()}
    disclosure = {name: value for name, value in settings["disclosure"].items() if name != "key"}  # where it lies
    return {
        "version": __version__,
        "config": {**settings, "sources": places, "disclosure": disclosure},
        "config_sha256": file_hash(config),
        "sources": list(sources.values()),
        "truth": {Path(path).parent.name: _truth_summary(path) for path in truths},
    }


def _place(where: str | Sequence[str], shipped: str) -> str:
    """Where a source lies, as a page that is passed on may say it: no folder of this machine, but a shipped one."""
    return where if isinstance(where, str) and where in (SYNTHETIC, shipped) else "a folder of this machine"


def _truth_summary(path: str | Path) -> dict[str, Any]:
    """Cells compared with the planted truth, the share within 1.96 standard errors, and the farthest one."""
    distances = [abs(float(row["z"])) for row in read_rows(path)]
    within = sum(distance <= 1.96 for distance in distances)
    return {
        "cells": len(distances),
        "within_sampling_error": within,
        "largest_z": round(max(distances, default=0.0), 2),
    }
