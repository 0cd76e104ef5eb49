"""The stage that turns a delivery into the panel, with its losses and its catalogue."""

from pathlib import Path

import pandas as pd

from mobility.intake.losses import LossTable
from mobility.panel.build import carry_forward, check_catalogue, describe, stack_waves
from mobility.panel.delivery import Delivery
from mobility.panel.register import Source
from mobility.storage import read_register, write_csv


def panel_from_delivery(
    delivery: Delivery, source: Source, found: Path, place: str = ""
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Panel and loss table of a delivery that was read whole.

    place : under which the panel will lie, by default that of the delivery's rows; a panel of rows of their own
    (`ukhls.indall`), or of waves of their own (`ukhls.a-h`), has a catalogue of its own (`catalogue_indall.csv`).

    Raises `CatalogueDrift` where its variables are not those of the committed catalogue; what was found is then in the
    file `found`, from which it can be accepted.
    """
    frames = {data.wave.name: data.frame for data in delivery.waves}
    panel = carry_forward(stack_waves(frames, source), source.spec["carry_forward"])
    of_rows = [] if delivery.rows == source.spec["main_file"] else [delivery.rows]
    apart = place.split(".")[1:] if place else of_rows
    catalogue = source.folder / f"{'_'.join(['catalogue', *apart])}.csv"
    described = describe(panel, source, list(frames))
    write_csv(described, found)
    if catalogue.is_file():
        accept = f"cp {found} {catalogue}"
        check_catalogue(described, read_register(catalogue), list(frames), accept)
    losses = LossTable()
    panel = losses.start("read", panel)
    for text in _unmatched(delivery, source):
        losses.note("read", text, panel)
    return panel, losses.frame()


def _unmatched(delivery: Delivery, source: Source) -> list[str]:
    """Of each file that variables came from: rows of the panel that are not in it, and its rows that met none."""
    lines = []
    for file, (bare, unmet) in delivery.unmatched.items():
        # One file of all waves holds persons of other waves too: how many of them a wave lacks says nothing.
        others = "" if source.files[file].get("every_wave") else f"; rows of it that meet none: {unmet:,}"
        lines.append(f"rows whose {source.files[file]['key']} is not in {file}: {bare:,}{others}")
    return lines
