"""A tiny extract of the Longitudinal Study, written by hand in the columns of sources/ons_ls/mapping.yaml."""

import pandas as pd

from mobility.intake.losses import LossTable
from mobility.intake.reader import Request
from mobility.panel.extract import read_extract
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT

STUDY = load_study(ROOT, "movers_ls")
NORTH_EAST, LONDON, WALES = "E12000001", "E12000007", "W92000004"
PERSON = {
    "adult_census": 1991,
    "age": 30,
    "child_age": 10,
    "sex": 1,
    "ethnicity": 1,
    "country_of_birth": 1,
    "limiting_illness": 0,
    "marital_status": 1,
    "degree": 0,
    "tenure": 2,
    "child_region": NORTH_EAST,
    "adult_region": NORTH_EAST,
    "father_class": -9,
    "mother_class": -9,
    "activity": 1,
    "occupation_class": 4,
    "region_unemployment": 0.1,
    "region_professionals": 0.3,
}
# Three children of the North East in all steps, twelve of London: with the North East a fifth of them is reached.
FAMILY = [
    {"ls_member": 1, "father_class": 4, "mother_class": 2},
    {"ls_member": 2, "father_class": 5, "activity": 3, "occupation_class": 6, "sex": 2},
    {"ls_member": 3, "father_class": 4, "mother_class": 4, "adult_region": LONDON, "occupation_class": 1, "degree": 1},
    {"ls_member": 4, "age": 29},
    {"ls_member": 5, "child_age": 17, "age": 36},
    {"ls_member": 6, "child_region": -9},
    {"ls_member": 7, "adult_region": -9},
    {"ls_member": 1, "adult_census": 2001},
    *({"ls_member": at, "child_region": LONDON, "adult_region": WALES, "father_class": 1} for at in range(11, 23)),
]


def extract(people=FAMILY):
    """The rows of an extract, what they do not say as `PERSON` has it."""
    return pd.DataFrame([{**PERSON, **person} for person in people])


def request(folder, root=ROOT):
    return Request(root, "ons_ls", "ons_ls", (str(folder),), (), STUDY.about.required)


def write(rows, folder, name="ls_extract.csv"):
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_csv(folder / name, index=False)
    return folder


def frames_of(folder, **answers):
    """Frames of the study from the extract in a folder, and their losses."""
    found = read_extract(request(folder))
    losses = LossTable.after({"ons_ls": found.losses})
    return make_frames(Inputs.of(found.panel, STUDY, STUDY.chosen(answers), losses)), losses.frame()
