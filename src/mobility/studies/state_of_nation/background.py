"""Classes of the persons of the Labour Force Survey: that of the main earner at 14, and their own."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mobility.intake.missing import NOT_ASKED
from mobility.panel.answers import Answers
from mobility.storage import read_rows
from mobility.studies.inputs import Inputs

NO_ONE_EARNING, NOT_WITH_FAMILY = 5, 3
NO_EARNER = "no_main_earner"
EMPLOYED = 1
DERIVATION = "resources/classifications/nssec_derivation_soc2010.csv"


class Classes:
    """Groups of the operational categories of NS-SEC and of its eight classes, as groups/ and the choices have them."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs, self.reading = inputs, inputs.choices["nssec5"]
        rows = inputs.study.groups("nssec")
        self.background = {int(row["code"]): row[self.reading] for row in rows if row[self.reading]}
        self.eight = {int(row["code"]): int(row["class8"]) for row in rows}
        self.own = {int(row["class8"]): row[f"own_{self.reading}"] for row in rows}

    def background_of(self, answers: Answers) -> pd.Series:
        """Background by class of the main earner at 14; None for those outside."""
        choices, found = self.inputs.choices, self._of_codes(self._origin(answers))
        earner = pd.Series(answers.has("origin_earner", NO_ONE_EARNING), index=found.index)
        if choices["earner_conflict"] == "class":
            earner &= found.isna()
        found = found.mask(earner, NO_EARNER)
        apart = answers.has("origin_household", NOT_WITH_FAMILY)
        return found.mask(apart & ~earner, NO_EARNER if choices["no_family"] == "no_main_earner" else None)

    def own_class(self, answers: Answers) -> pd.Series:
        """Own class of the current or last job in four groups; None where it is not known (choice `base_3_3`)."""
        found = self.eight_of_own(answers).map(self.own)
        if self.inputs.choices["base_3_3"] == "employed":
            found = found.where(answers.has("ilo_status", EMPLOYED))
        return found

    def eight_of_own(self, answers: Answers) -> pd.Series:
        """Own class in eight, from the operational category where the quarter does not have it (before 2006)."""
        eight = answers.codes("own_nssec")
        return eight.where(eight != NOT_ASKED, answers.codes("own_nssec_detail").map(self.eight))

    def eight_of_origin(self, answers: Answers) -> pd.Series:
        """Class of the main earner at 14 in eight."""
        return self._origin(answers).map(self.eight)

    def _origin(self, answers: Answers) -> pd.Series:
        """Operational category of the main earner; where there is none, that of the occupation (`origin_missing`)."""
        codes = answers.codes("origin_nssec")
        if self.inputs.choices["origin_missing"] != "simplified":
            return codes
        return codes.where(codes.isin(list(self.background)), self._simplified(answers))

    def _of_codes(self, codes: pd.Series) -> pd.Series:
        return codes.map(self.background).astype(object)

    def _simplified(self, answers: Answers) -> pd.Series:
        """Operational category by the occupation of the main earner alone, the simplified column of the derivation."""
        rows = read_rows(self.inputs.root / DERIVATION)
        simple: Mapping[int, Any] = {
            int(row["soc2010"]): row["operational_category"] for row in rows if row["employment_status"] == "simplified"
        }
        codes = answers.codes("origin_soc2010").map(simple)
        return np.floor(pd.to_numeric(codes, errors="coerce"))
