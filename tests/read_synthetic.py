"""The synthetic deliveries made and read back with plain pandas."""

import pandas as pd
import pyreadstat

from mobility.synthetic import simulate
from paths import ROOT

SEED = 2022
LETTERS = "abcdefgh"
TECHNICAL = [211, 212, 213, 311, 312, 313, 521, 522, 523, 524, 811, 812, 813]
FOLDERS = {
    "stata": ("UKDA-6614-stata/stata/stata14_se", "UKDA-6666-stata/stata/stata13", "dta"),
    "tab": ("UKDA-6614-tab/tab", "UKDA-6666-tab/tab", "tab"),
    "spss": ("UKDA-6614-spss/spss/spss25", "UKDA-6666-spss/spss/spss25", "sav"),
}


def make(folder, seed=SEED, file_format="stata"):
    simulate(folder, root=ROOT, size="small", seed=seed, file_format=file_format)
    return folder


def read(folder, file_format, name, areas=False):
    main, sixes, ending = FOLDERS[file_format]
    path = folder / (sixes if areas else main) / f"{name}.{ending}"
    if file_format == "stata":
        return pd.read_stata(path, convert_categoricals=False)
    if file_format == "spss":
        return pyreadstat.read_sav(path)[0]
    return pd.read_csv(path, sep="\t")


def usable(frame):
    return frame[frame.jbstat > 0]


def make_moves(folder, seed=SEED):
    simulate(folder, root=ROOT, size="small", seed=seed, file_format="stata", source="ons_flows")
    return folder
