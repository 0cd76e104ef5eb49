"""What a model file may say of its table of origin by destination, and what `explain` says of it."""

import shutil

import pytest
import yaml

from mobility.errors import SpecError
from mobility.explain.origins import _association
from mobility.settings import load_study
from paths import ROOT
from specs import forget_files

MODEL = "examples/mobility_tables/models/erikson_7.yaml"


@pytest.fixture
def tables(project):
    """The project with the example of mobility tables."""
    shutil.copytree(ROOT / "examples/mobility_tables", project / "examples/mobility_tables")
    return project


def load_with(tables, change):
    """The example after `change` of the content of a model's file."""
    content = yaml.safe_load((tables / MODEL).read_text())
    change(content)
    (tables / MODEL).write_text(yaml.safe_dump(content, sort_keys=False))
    forget_files()
    return load_study(tables, "mobility_tables")


def problem(tables, change):
    with pytest.raises(SpecError) as caught:
        load_with(tables, change)
    return str(caught.value)


def test_a_model_reads_its_table(tables):
    model = load_with(tables, lambda model: model["association"].update(excluded="diagonal")).models["erikson_7"]
    own = model.association
    assert (own.origin, own.destination, own.layer) == (*model.sides, "country")
    assert own.origins == own.destinations == ("I + II", "III", "IVa + IVb", "IVc", "V/VI", "VIIa", "VIIb")
    assert own.pattern == ("full",)
    assert own.excluded[0] == ("I + II", "I + II") and len(own.excluded) == 7
    assert model.outcome.kind == "table"


def test_levels_take_the_place_of_the_full_pattern(tables):
    levels = [[1, 2], [2, 1]]
    change = {"classes": ["a", "b"], "levels": levels}
    own = load_with(tables, lambda model: model["association"].update(change)).models["erikson_7"].association
    assert own.pattern == ()
    assert own.levels == ((1, 2), (2, 1))


def test_cells_that_are_left_out_may_be_named_one_by_one(tables):
    change = {"excluded": [["IVc", "V/VI"]]}
    own = load_with(tables, lambda model: model["association"].update(change)).models["erikson_7"].association
    assert own.excluded == (("IVc", "V/VI"),)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda model: model["association"].update(pattern=["symetric"]), "symetric"),
        (lambda model: model["association"].update(layers="country"), "unknown key `layers`, nearest: layer"),
        (lambda model: model["association"].pop("classes"), "association"),
        (lambda model: model["association"].update(origins=["a", "b"]), "association"),
        (lambda model: model["association"].update(excluded="diagonals"), "diagonals"),
        (lambda model: model.pop("association") and model.update(terms=[]), "terms"),
        (lambda model: model.update(covariance={"kind": "clustered", "factor": "stata"}), "cluster"),
        (lambda model: model.update(estimators=["unidif"]), "no estimator `unidif`; nearest: unidiff"),
    ],
)
def test_what_cannot_be_is_said_with_the_file(tables, change, said):
    message = problem(tables, change)
    assert f"{MODEL}" in message
    assert said in message


def test_explain_says_the_table_and_its_pattern(tables):
    study = load_study(tables, "mobility_tables")
    assert _association(study.models["erikson_7_off"]) == (
        "`origin` by `destination` in each `country`; pattern: full; 7 cells left out",
    )
    assert _association(study.models["hauser_levels"]) == ("`origin` by `destination`; pattern: levels",)
