"""The golden sample of progression, its design and its numbers from R."""

import pandas as pd
import pytest

from paths import GOLDEN
from progression_sample import TERMS
from specs import design_of


@pytest.fixture(scope="module")
def sample():
    return pd.read_csv(GOLDEN / "progression_sample.csv")


@pytest.fixture(scope="module")
def design(sample):
    return design_of(sample, TERMS, required=["outcome"])


@pytest.fixture(scope="module")
def golden():
    table = pd.read_csv(GOLDEN / "progression_expected.csv", keep_default_na=False)
    return {key: part.set_index("name")["value"] for key, part in table.groupby(["model", "quantity"])}
