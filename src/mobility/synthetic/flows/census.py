"""Moves of the year before the census of 2011 by NS-SEC and by ethnic group, and the residents by the same groups.

The moves of a pair are those drawn for the first year of moves, the adults among them split over the groups of the area
left: by how many live there, and by how often people of a group move (`MOVING`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from mobility.areas.codes import load_areas
from mobility.synthetic.flows.means import MOVE_YEARS
from mobility.synthetic.flows.moves import draw_year
from mobility.synthetic.flows.statistics import YEARS
from mobility.synthetic.flows.world import World
from mobility.synthetic.streams import stream

WORKING_AGES = slice(16, 75)
ADULT_MOVERS = 0.8  # share of the movers who have an NS-SEC
MOVED_WITHIN = 0.06  # people who moved within their authority, of all residents
SPREAD = 0.1  # of the shares of the areas, in logarithms
# Share of the residents of a median area, and how much more often than others they move.
NSSEC = {"higher": 0.31, "intermediate": 0.23, "lower": 0.32, "unemployed": 0.05, "students": 0.09}
MOVING = {
    "higher": 1.2,
    "intermediate": 0.7,
    "lower": 0.7,
    "unemployed": 0.9,
    "students": 2.5,
    "white": 1.0,
    "non_white": 1.25,
}
# How the shares change with the rate of unemployment over that of the median area: its power.
WITH_UNEMPLOYMENT = {"higher": -0.3, "intermediate": -0.1, "lower": 0.2, "unemployed": 0.8, "students": 0.0}
OF_BORN_ABROAD, LEAST, MOST = 0.9, 0.01, 0.65  # non-white people for each born abroad, and the bounds of their share
# Published words, and their shares of the people of a group.
MIGRANT_NSSEC = {
    "higher": {
        "1. Employers in large organisations": 0.01,
        "2. Higher managerial and administrative occupations": 0.08,
        "3. Higher professional occupations": 0.25,
        "4. Lower professional and higher technical occupations": 0.42,
        "5. Lower managerial and administrative occupations": 0.16,
        "6. Higher supervisory occupations": 0.08,
    },
    "intermediate": {
        "7. Intermediate occupations": 0.6,
        "8. Employers in small organisations": 0.1,
        "9. Own account workers": 0.3,
    },
    "lower": {
        "10. Lower supervisory occupations": 0.15,
        "11. Lower technical occupations": 0.08,
        "12. Semi-routine occupations": 0.42,
        "13. Routine occupations": 0.35,
    },
    "unemployed": {"14. Never worked and long-term unemployed": 1.0},
    "students": {"15. Full-time students": 1.0},
}
RESIDENT_NSSEC = {
    "higher": {
        "1. Higher managerial, administrative and professional occupations": 0.33,
        "2. Lower managerial, administrative and professional occupations": 0.67,
    },
    "intermediate": {"3. Intermediate occupations": 0.58, "4. Small employers and own account workers": 0.42},
    "lower": {
        "5. Lower supervisory and technical occupations": 0.22,
        "6. Semi-routine occupations": 0.43,
        "7. Routine occupations": 0.35,
    },
    "unemployed": {"8. Never worked and long-term unemployed": 1.0},
    "students": {"L15 Full-time students": 1.0},
}
ETHNIC = {
    "white": {"White": 1.0},
    "non_white": {
        "Mixed/multiple ethnic groups": 0.16,
        "Asian/Asian British": 0.54,
        "Black/African/Caribbean/Black British": 0.23,
        "Other ethnic group": 0.07,
    },
}
FILES = {
    "nssec": ("nssec", "C_NSSEC_NAME", "ks611ew_nssec"),
    "ethnicity": ("ethnic", "C_ETHPUK11_NAME", "ks201ew_ethnic"),
}
ALL_PEOPLE = {"nssec": "All categories: NS-SeC", "ethnicity": "All usual residents"}
ALL_MOVES = {"nssec": "All categories: NS-SeC", "ethnicity": "All categories: Ethnic group"}


@dataclass(frozen=True, eq=False)
class Census:
    """Codes of 2011, and what the census would have counted of the authorities of a world."""

    world: World

    @cached_property
    def code(self) -> np.ndarray:
        """(n,) codes of 2011 of the authorities."""
        areas = self.world.authorities
        return np.where(areas.recoded_from != "", areas.recoded_from, areas.code)

    @cached_property
    def merged(self) -> np.ndarray:
        """(n,) codes of 2011 in tables of moves, where two pairs of authorities have one code each."""
        joined = load_areas(self.world.root).joined
        return np.array([joined.get(code, code) for code in self.code], dtype=object)

    def shares(self, by: str) -> dict[str, np.ndarray]:
        """(n,) share of each group among the residents."""
        world, place = self.world, YEARS.index(MOVE_YEARS[0])
        rng = stream(world.seed, f"flows census {by}")
        noise = np.exp(rng.normal(0, SPREAD, (len(NSSEC), len(self.code))))
        if by == "nssec":
            idle = world.statistics.unemployment[:, place] / np.median(world.statistics.unemployment[:, place])
            weights = np.array([NSSEC[name] * idle ** WITH_UNEMPLOYMENT[name] for name in NSSEC]) * noise
            return dict(zip(NSSEC, weights / weights.sum(axis=0), strict=True))
        abroad = world.statistics.born_abroad[:, place] / world.statistics.residents[:, place]
        other = np.clip(OF_BORN_ABROAD * abroad * noise[0], LEAST, MOST)
        return {"white": 1 - other, "non_white": other}

    def people(self, by: str) -> dict[str, np.ndarray]:
        """(n,) residents of each group; by NS-SEC those aged 16 to 74."""
        ages = self.world.statistics.by_age[:, YEARS.index(MOVE_YEARS[0])]
        counted = (ages[:, WORKING_AGES] if by == "nssec" else ages).sum(axis=1)
        return {name: np.rint(share * counted).astype("int64") for name, share in self.shares(by).items()}

    def movers(self) -> tuple[np.ndarray, np.ndarray]:
        """Codes of 2011 (m,) with Scotland and Northern Ireland, and the moves between and within them, (m, m)."""
        counts = draw_year(self.world, MOVE_YEARS[0])
        own = dict(zip(self.world.authorities.code, self.merged, strict=True))
        codes, places = np.unique([own.get(code, code) for code in counts.codes], return_inverse=True)
        moves = np.zeros((len(codes),) * 2, dtype="int64")
        np.add.at(moves, (places[:, None], places), counts.moves)
        living = pd.Series(self.world.statistics.total[:, YEARS.index(MOVE_YEARS[0])]).groupby(self.merged).sum()
        within = stream(self.world.seed, "flows census within").poisson(MOVED_WITHIN * living.reindex(codes).fillna(0))
        np.fill_diagonal(moves, within)
        return codes.astype(object), moves


def census_tables(world: World) -> dict[str, pd.DataFrame]:
    """The four tables by the names of their files."""
    census = Census(world)
    codes, moves = census.movers()
    tables = {}
    for by, (name, column, number) in FILES.items():
        words = MIGRANT_NSSEC if by == "nssec" else ETHNIC
        tables[f"census_2011_migration_{name}"] = _moves(census, by, words, codes, moves, column)
        tables[f"census_2011_{number}"] = _people(census, by)
    return tables


def _moves(
    census: Census, by: str, words: Mapping[str, Mapping[str, float]], codes: np.ndarray, moves: np.ndarray, column: str
) -> pd.DataFrame:
    """Rows of movers above 0: area left, area of residence, group and, of each pair, the sum over the groups."""
    rng = stream(census.world.seed, f"flows census moves {by}")
    counted = rng.binomial(moves, ADULT_MOVERS) if by == "nssec" else moves
    drawn = rng.multinomial(counted, _mover_shares(census, by, words, codes)[:, None, :])
    table = np.concatenate([drawn.sum(axis=2, keepdims=True), drawn], axis=2)
    labels = np.array([ALL_MOVES[by], *(word for own in words.values() for word in own)], dtype=object)
    origin, destination, group = np.nonzero(table)
    columns = {
        "ADDRESS_ONE_YEAR_AGO_CODE": pd.Categorical.from_codes(origin, codes),
        "USUAL_RESIDENCE_CODE": pd.Categorical.from_codes(destination, codes),
        column: pd.Categorical.from_codes(group, labels),
        "OBS_VALUE": table[origin, destination, group],
    }
    return pd.DataFrame(columns)


def _mover_shares(census: Census, by: str, words: Mapping[str, Mapping[str, float]], codes: np.ndarray) -> np.ndarray:
    """(m, words) shares among the movers of an area; the other countries have those of all areas together."""
    people = pd.DataFrame(census.people(by)).groupby(census.merged).sum()
    weights = (people * [MOVING[name] for name in people]).reindex(codes)
    weights = weights.fillna(weights.sum())
    shares = weights.div(weights.sum(axis=1), axis=0)
    return np.column_stack([shares[name] * part for name, own in words.items() for part in own.values()])


def _people(census: Census, by: str) -> pd.DataFrame:
    """Residents of each authority by published group, and all of them; numbers and per cents."""
    words = RESIDENT_NSSEC if by == "nssec" else ETHNIC
    people = census.people(by)
    cells: dict[str, np.ndarray] = {}
    for name, own in words.items():
        edges = np.rint(np.cumsum([0, *own.values()])[:, None] * people[name]).astype("int64")
        cells |= dict(zip(own, np.diff(edges, axis=0), strict=True))
    total = np.sum(list(cells.values()), axis=0)
    names = census.world.authorities.name
    frames = []
    for word, counted in {ALL_PEOPLE[by]: total, **cells}.items():
        for measure, values in (("Value", counted), ("Percent", np.round(100 * counted / total, 1))):
            columns = {"DATE": 2011, "GEOGRAPHY_CODE": census.code, "GEOGRAPHY_NAME": names}
            columns |= {"C_SEX_NAME": "All persons"} if by == "nssec" else {}
            columns |= {"CELL_NAME": word, "MEASURES_NAME": measure, "OBS_VALUE": values.astype(str)}
            frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)
