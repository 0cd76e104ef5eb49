"""Writes the planted_*.csv beside it, from published sizes, the rates written here and classifications.

.venv/bin/python sources/lfs/make_planted.py
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

HERE = Path(__file__).parent
PRINT = HERE.parents[1] / "studies" / "state_of_nation" / "published"
CLASSES = HERE.parents[1] / "resources" / "classifications"
JULY = tuple(range(2002, 2022))
APRIL = (2001, 2010, 2017)
WAVES = tuple(sorted([*((year, 3) for year in JULY), *((year, 2) for year in APRIL)]))
SEXES, ORIGINS = ("male", "female"), ("privileged", "intermediate", "working_class", "no_main_earner", "outside")
BANDS = {
    "child": (0, 15),
    "from_16": (16, 18),
    "is_19": (19, 19),
    "from_20": (20, 24),
    "from_25": (25, 29),
    "from_30": (30, 34),
    "from_35": (35, 44),
    "from_45": (45, 64),
    "from_65": (65, 90),
}
YOUNG = ("from_16", "is_19", "from_20")
# Others: men, and as many women, of a quarter from July, and of one from April, which must hold all in employment.
OTHERS = {
    "child": (600, 1000),
    "from_30": (400, 4200),
    "from_35": (500, 9000),
    "from_45": (1500, 11000),
    "from_65": (500, 1500),
}
KNOWN_35 = 0.9  # share of 35 to 44 with a background
# Share of a person of 35 to 44 who is asked for pay: in employment, employee, interviewed for the first or fifth time.
ASKED_35 = {"male": 0.93 * 0.96 * 0.86 * 0.4, "female": 0.80 * 0.96 * 0.86 * 0.4}
SAY_35 = 0.65  # share of these who say it, so that there are always as many as Table B4 has
# Per cent unemployed of the active: 16 to 24 by the series of driver 3.2 from 2014; before it and else invented.
YOUTH = (
    "10.5 11.5 12.3 12.1 12.8 14.0 14.4 15.0 19.1 19.8 21.3 21.2 20.7 17.49 15.29 14.35 13.19 12.33 13.11 15.93 13.07"
)
TWENTIES = "5.5 5.6 5.6 5.4 5.4 6.0 6.1 6.4 8.7 8.6 8.6 8.4 7.6 6.3 5.2 4.8 4.4 4.0 3.8 5.0 4.56"
OLDER = 0.04
UNEMPLOYED = dict(zip(ORIGINS, (0.75, 1.0, 1.15, 2.0, 1.2), strict=True))  # against the intermediate, near IN32
# Active of 25 to 34 by background, men and women, near IN31; of others by age alone.
ACTIVE = dict(zip(ORIGINS, ((0.93, 0.88), (0.93, 0.83), (0.905, 0.765), (0.80, 0.60), (0.92, 0.82)), strict=True))
ACTIVE_AT = {"from_35": (0.93, 0.80), "from_45": (0.80, 0.70), "from_65": (0.12, 0.08)}
ACTIVE_STUDY = {"first_degree": 0.42, "other_full_time": 0.42, "training": 0.95}
ACTIVE_YOUNG = dict(zip(ORIGINS, (0.87, 0.86, 0.85, 0.68, 0.80), strict=True))  # who do not study: NEET near 10 to 25 %
# First degree, other full-time, training: by age, 16 to 24 by background (first degree at 19 near IN22).
STUDY_YOUNG = {
    "from_16": ((0.01, 0.84, 0.07), (0.01, 0.78, 0.10), (0.01, 0.74, 0.12), (0.01, 0.68, 0.08), (0.01, 0.75, 0.10)),
    "is_19": ((0.48, 0.14, 0.08), (0.36, 0.14, 0.10), (0.30, 0.15, 0.10), (0.20, 0.17, 0.08), (0.34, 0.15, 0.10)),
    "from_20": ((0.30, 0.06, 0.08), (0.22, 0.05, 0.08), (0.17, 0.05, 0.08), (0.12, 0.05, 0.06), (0.20, 0.05, 0.08)),
}
STUDY = {"from_25": (0.02, 0.03, 0.08), "from_30": (0.01, 0.02, 0.08)}
STUDIES = ("first_degree", "other_full_time", "training", "none")
# Own class at 25 to 29 (professional, intermediate; the rest working class) by background, near IN33 of 2014 to 2021.
OWN = dict(
    zip(
        ORIGINS,
        (
            ((0.535, 0.172), (0.530, 0.207)),
            ((0.384, 0.212), (0.376, 0.240)),
            ((0.275, 0.171), (0.280, 0.215)),
            ((0.200, 0.170), (0.200, 0.200)),
            ((0.360, 0.200), (0.360, 0.220)),
        ),
        strict=True,
    )
)
PROFESSIONAL = (37.8, 37.6, 37.5, 37.7, 40.7, 42.05, 44.7, 43.9)  # per cent, driver 3.3, 2014 to 2021
OWN_AT = dict.fromkeys(YOUNG, 0.45) | dict.fromkeys(("from_30", "from_35", "from_45", "from_65"), 1.05)
# Degree at 25 to 29, men and women, near IN23; the other groups share the rest.
DEGREE = dict(zip(ORIGINS, ((0.58, 0.66), (0.39, 0.44), (0.24, 0.29), (0.18, 0.22), (0.35, 0.40)), strict=True))
DEGREE_AT = {"from_16": 0.0, "is_19": 0.005, "from_20": 0.45, "from_45": 0.7, "from_65": 0.4}
REST = {"higher_education": 0.12, "a_level": 0.42, "gcse": 0.22, "other": 0.13, "none": 0.09, "dont_know": 0.02}
# Per cent of all in employment in 2001, 2010 and 2017; they round to the levels and the changes of Table 2.1 of Gatsby.
TECHNICAL = {
    "211": (0.4, 0.5, 0.5),
    "212": (1.46, 1.61, 1.52),
    "213": (1.46, 1.56, 1.84),
    "311": (1.0, 0.8, 1.0),
    "312": (0.26, 0.23, 0.24),
    "313": (0.68, 0.6, 0.6),
    "521": (0.63, 0.4, 0.27),
    "522": (1.5, 1.1, 1.0),
    "523": (1.0, 0.84, 0.68),
    "524": (1.7, 1.5, 1.4),
    "811": (1.5, 1.04, 0.77),
    "812": (0.94, 0.63, 0.56),
    "813": (1.6, 0.9, 0.9),
}
# Shares of the eight classes within a background; a class is whole parts of the operational category.
WITHIN = {
    "privileged": {"higher": (range(1, 4), 0.4), "lower": (range(4, 7), 0.6)},
    "intermediate": {"intermediate": (range(7, 8), 0.5), "own_account": (range(8, 10), 0.5)},
    "working_class": {
        "lower_supervisory": (range(10, 12), 0.3),
        "semi_routine": (range(12, 13), 0.35),
        "routine": (range(13, 14), 0.35),
    },
}


def wave_of(year: int, quarter: int) -> str:
    """Name of a quarter."""
    return f"{year}Q{quarter}"


def write(name: str, columns: Sequence[str], rows: Iterator[Sequence[object]]) -> None:
    """One file, numbers to ten digits."""
    with (HERE / f"planted_{name}.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([f"{cell:.10g}" if isinstance(cell, float) else cell for cell in row] for row in rows)


def rounded_alike(printed: Sequence[int], sums: Sequence[tuple[Sequence[int], int]]) -> list[int]:
    """Whole numbers that round to the printed tens (half up), and whose sums do: those nearest to print.

    sums : places of the numbers that a printed total adds up, and the total.
    """
    count = len(printed)
    # Variables are the numbers, and how far each is from print.
    rows, low, high = [], [], []
    for place, value in enumerate(printed):
        for sign in (1, -1):
            row = np.zeros(2 * count)
            row[place], row[count + place] = sign, -1
            rows, low, high = [*rows, row], [*low, -np.inf], [*high, sign * value]
    for places, total in sums:
        row = np.zeros(2 * count)
        row[list(places)] = 1
        rows, low, high = [*rows, row], [*low, total - 5], [*high, total + 4]
    values = np.array(printed, dtype=float)
    bounds = Bounds(np.r_[values - 5, np.zeros(count)], np.r_[values + 4, np.full(count, 5.0)])
    cost = np.r_[np.zeros(count), 1 + np.arange(count) / 1000]  # of equally near ones, the first places give way last
    found = milp(
        cost, constraints=LinearConstraint(np.array(rows), low, high), bounds=bounds, integrality=np.ones(2 * count)
    )
    assert found.success, f"no whole numbers round to {printed} and {sums}"
    return [round(value) for value in found.x[:count]]


@cache
def printed(table: str) -> dict[tuple[str, int], int]:
    """Sizes of a table of annex B of State of the Nation 2022, by row and year."""
    with (PRINT / f"table_{table}.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {(row["row"], 2000 + int(row["column"][2:])): round(float(row["value"])) for row in rows}


@cache
def sizes(table: str, year: int) -> dict[str, list[int]]:
    """By sex, whole numbers of each background that round to Tables b1 to b4 in every total, of 2014 before it."""
    found, at = printed(table), max(year, 2014)
    cells = [found[f"{origin}__{sex}", at] for sex in SEXES for origin in ORIGINS[:4]]
    totals = [((place, 4 + place), found[f"{origin}__total", at]) for place, origin in enumerate(ORIGINS[:4])]
    totals += [(range(4 * place, 4 * place + 4), found[f"total__{sex}", at]) for place, sex in enumerate(SEXES)]
    whole = rounded_alike(cells, [*totals, (range(8), found["total__total", at])])
    return dict(zip(SEXES, (whole[:4], whole[4:]), strict=True))


@cache
def everyone(table: str, year: int) -> dict[str, int]:
    """Men and women, whole numbers that round to Tables b5 and b6 and to their totals, of 2002 before it."""
    found, at = printed(table), max(year, 2002)
    whole = rounded_alike([found[sex, at] for sex in SEXES], [(range(2), found["total", at])])
    return dict(zip(SEXES, whole, strict=True))


def at_ages(year: int, quarter: int, sex: str) -> dict[str, int]:
    """Persons by age."""
    young, twenties = (everyone(table, year)[sex] for table in ("b5", "b6"))
    found = {name: numbers[quarter == 2] for name, numbers in OTHERS.items()}
    nineteen, younger = round(young / 9), round(young * 3 / 9)
    found |= {"from_16": younger, "is_19": nineteen, "from_20": young - younger - nineteen, "from_25": twenties}
    if year >= 2014 and quarter == 3:
        found["from_35"] = round(sum(at_35(year, sex)) / KNOWN_35)
    return found


def at_35(year: int, sex: str) -> list[int]:
    """Persons of 35 to 44 of each background, of whom enough say their pay."""
    return [round(size / (ASKED_35[sex] * SAY_35)) for size in sizes("b4", year)[sex]]


def persons() -> Iterator[Sequence[object]]:
    """Shares of age and sex in each quarter."""
    for year, quarter in WAVES:
        counts = {(band, sex): count for sex in SEXES for band, count in at_ages(year, quarter, sex).items()}
        total = sum(counts.values())
        for (band, sex), count in counts.items():
            yield wave_of(year, quarter), band, sex, count / total


def rows_of_waves() -> dict[str, int]:
    """Rows of each quarter at full size."""
    return {wave_of(*wave): sum(sum(at_ages(*wave, sex).values()) for sex in SEXES) for wave in WAVES}


def known(year: int, quarter: int, sex: str, band: str) -> list[float]:
    """Shares of the backgrounds, the last one of those without; sizes and shares before 2014 are those of 2014."""
    year = max(year, 2014)
    of_band = at_ages(year, 3, sex)
    if band == "child":
        return [0.0, 0.0, 0.0, 0.0, 1.0]
    if band in YOUNG:
        counts, whole = young_of(year, sex)[band], of_band[band]
    elif band in ("from_35", "from_45", "from_65"):
        counts = at_35(year, sex)
        whole = round(sum(counts) / KNOWN_35)
    else:
        counts, whole = sizes("b3", year)[sex], of_band["from_25"]
    shares = [count / whole for count in counts]
    return [*shares, 1 - sum(shares)]


def young_of(year: int, sex: str) -> dict[str, list[int]]:
    """Those of 16 to 24 of each background by age: Table B2 at 19, the rest of Table B1 before and after."""
    of_band, nineteen = at_ages(year, 3, sex), sizes("b2", year)[sex]
    rest = [one - two for one, two in zip(sizes("b1", year)[sex], nineteen, strict=True)]
    part = of_band["from_16"] / (of_band["from_16"] + of_band["from_20"])
    younger = [round(part * count) for count in rest]
    return {
        "from_16": younger,
        "is_19": nineteen,
        "from_20": [one - two for one, two in zip(rest, younger, strict=True)],
    }


def paid() -> Iterator[Sequence[object]]:
    """Of everyone of 35 to 44 with a background from 2014 on, the share who are asked for their pay and say it."""
    for year, quarter in WAVES:
        if year >= 2014 and quarter == 3:
            for sex in SEXES:
                for origin, size, whole in zip(ORIGINS, sizes("b4", year)[sex], at_35(year, sex), strict=False):
                    yield from (
                        (wave_of(year, quarter), "from_35", sex, origin, code, share)
                        for code, share in (("yes", size / whole), ("no", 1 - size / whole))
                    )


def backgrounds() -> Iterator[Sequence[object]]:
    """Shares of the backgrounds by quarter, age and sex."""
    for year, quarter in WAVES:
        for band in BANDS:
            for sex in SEXES:
                for origin, share in zip(ORIGINS, known(year, quarter, sex, band), strict=True):
                    if share > 0:
                        yield wave_of(year, quarter), band, sex, origin, share


def ages() -> Iterator[Sequence[object]]:
    """Each year of age within its group as likely."""
    for band, (first, last) in BANDS.items():
        for age in range(first, last + 1):
            yield band, age, 1 / (last + 1 - first)


def unemployment() -> Iterator[Sequence[object]]:
    """By wave, age and background, so that the mean over the backgrounds is the published rate."""
    for year, quarter in WAVES:
        place = year - 2001
        for band in list(BANDS)[1:]:
            rates = YOUTH if band in YOUNG else TWENTIES
            level = OLDER if band in ("from_30", "from_35", "from_45", "from_65") else float(rates.split()[place]) / 100
            mix = [sum(pair) / 2 for pair in zip(*(known(year, quarter, sex, band) for sex in SEXES), strict=True)]
            mean = sum(share * UNEMPLOYED[origin] for share, origin in zip(mix, ORIGINS, strict=True))
            for origin in ORIGINS:
                rate = level * UNEMPLOYED[origin] / mean
                yield from (
                    (wave_of(year, quarter), band, origin, code, share) for code, share in ((1, rate), (0, 1 - rate))
                )


def activity() -> Iterator[Sequence[object]]:
    """Shares of the active by age, sex, background and study."""
    for band in list(BANDS)[1:]:
        for place, sex in enumerate(SEXES):
            for origin in ORIGINS:
                for study in STUDIES:
                    own = ACTIVE_YOUNG[origin] if band in YOUNG else ACTIVE[origin][place]
                    own = ACTIVE_AT.get(band, {place: own})[place]
                    share = ACTIVE_STUDY.get(study, own) if band in (*YOUNG, "from_25", "from_30") else own
                    yield from (
                        (band, sex, origin, study, code, chance) for code, chance in ((1, share), (0, 1 - share))
                    )


def study() -> Iterator[Sequence[object]]:
    """Shares of what is studied by age and background."""
    for band in list(BANDS)[1:]:
        for place, origin in enumerate(ORIGINS):
            shares = STUDY_YOUNG[band][place] if band in YOUNG else STUDY.get(band, (0.002, 0.01, 0.06))
            for name, share in zip(STUDIES, (*shares, 1 - sum(shares)), strict=True):
                yield band, origin, name, share


def odds(share: float) -> float:
    """Those with it for each without."""
    return share / (1 - share)


def destinations() -> Iterator[Sequence[object]]:
    """Shares of the own class by quarter, age, sex and background, with the same odds ratios in every quarter."""
    mean = sum(PROFESSIONAL) / len(PROFESSIONAL) / 100
    for year, quarter in WAVES:
        trend = PROFESSIONAL[year - 2014] / mean / 100 if year >= 2014 else 0.94 - 0.006 * (2014 - year)
        raised = odds(mean * trend) / odds(mean)
        for band in list(BANDS)[1:]:
            for place, sex in enumerate(SEXES):
                for origin in ORIGINS:
                    professional, intermediate = OWN[origin][place]
                    own = odds(professional * OWN_AT.get(band, 1.0)) * raised
                    one = own / (1 + own)
                    two = intermediate * (1 - one) / (1 - professional)
                    for code, share in (("professional", one), ("intermediate", two), ("working_class", 1 - one - two)):
                        yield wave_of(year, quarter), band, sex, origin, code, share


def qualifications() -> Iterator[Sequence[object]]:
    """Shares of the highest qualification by age, sex and background."""
    for band in list(BANDS)[1:]:
        for place, sex in enumerate(SEXES):
            for origin in ORIGINS:
                degree = DEGREE[origin][place] * DEGREE_AT.get(band, 1.0)
                yield from ((band, sex, origin, name, share) for name, share in [("degree", degree)] if share)
                yield from ((band, sex, origin, name, (1 - degree) * share) for name, share in REST.items())


def technical() -> Iterator[Sequence[object]]:
    """Shares of the thirteen groups, on a line between the years in print, and the last of them from then on."""
    for year, quarter in WAVES:
        at = {code: _between(year, shares) / 100 for code, shares in TECHNICAL.items()}
        yield wave_of(year, quarter), "other", 1 - sum(at.values())
        yield from ((wave_of(year, quarter), code, share) for code, share in at.items())


def _between(year: int, shares: tuple[float, float, float]) -> float:
    first, second, last = shares
    if year <= 2010:
        return first + (second - first) * (year - 2001) / 9
    return second + (last - second) * min(year - 2010, 7) / 7


def read(name: str) -> list[dict[str, str]]:
    """Rows of a classification."""
    with (CLASSES / name).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def units(soc: str) -> Iterator[Sequence[object]]:
    """Unit groups of each of the thirteen, and all of the others together, each as likely as its neighbours."""
    found = defaultdict(list)
    for row in read(f"{soc}_unit_groups.csv"):
        minor = row["code"][:3]
        found[minor if minor in TECHNICAL else "other"].append(row["code"])
    for minor, codes in found.items():
        yield from ((minor, code, 1 / len(codes)) for code in codes)


def likeliest(rows: list[dict[str, str]], start: str, end: str, share: str) -> dict[str, str]:
    """Of each code the one that most of its cases have in the other classification."""
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        if row[share]:
            sums[row[start]][row[end]] += float(row[share])
    return {code: max(sorted(found), key=lambda other: found[other]) for code, found in sums.items()}


def soc2010_elsewhere() -> Iterator[Sequence[object]]:
    """Of each unit group of SOC2010: its minor group, SOC2020 with minor group, SOC2000."""
    to_2000 = likeliest(read("soc2010_in_soc2000.csv"), "soc2010_code", "soc2000_code", "percent")
    to_2020 = likeliest(read("soc2010_to_soc2020.csv"), "soc2010_code", "soc2020_code", "proportion")
    yield -9, -9, -9, -9, -9, 1
    for row in read("soc2010_unit_groups.csv"):
        code = row["code"]
        later, earlier = to_2020.get(code, "-8"), to_2000.get(code, "-8")
        yield code, code[:3], later, later[:3] if later != "-8" else "-8", earlier, 1


def origins() -> Iterator[Sequence[object]]:
    """Class and occupation of the main earner within each background: unit groups by the simplified column."""
    simplified = [row for row in read("nssec_derivation_soc2010.csv") if row["status_column"] == "0"]
    for origin, classes in WITHIN.items():
        for numbers, share in classes.values():
            codes = [row for row in simplified if int(float(row["operational_category"])) in numbers]
            yield from ((origin, row["operational_category"], row["soc2010"], share / len(codes)) for row in codes)
    yield from ((origin, -9, -9, 1) for origin in ORIGINS[3:4])
    yield from (
        ("outside", nssec, soc, share) for nssec, soc, share in ((-9, -9, 0.8), (-8, 9273, 0.1), (-8, 4112, 0.1))
    )


def months() -> Iterator[Sequence[object]]:
    """The months of each quarter."""
    for year, quarter in WAVES:
        yield from ((wave_of(year, quarter), year, 3 * quarter - place, 1 / 3) for place in (2, 1, 0))


def main() -> None:
    """Write every file, and print the rows of each quarter for planted.yaml."""
    band = ("age_band", "sex", "background")
    write("persons", ("wave", "age_band", "sex", "share"), persons())
    write("backgrounds", ("wave", *band, "share"), backgrounds())
    write("paid", ("wave", *band, "says_pay", "share"), paid())
    write("ages", ("age_band", "age", "share"), ages())
    write("unemployment", ("wave", "age_band", "background", "unemployed", "share"), unemployment())
    write("activity", (*band, "study", "active", "share"), activity())
    write("study", ("age_band", "background", "study", "share"), study())
    write("destinations", ("wave", *band, "destination", "share"), destinations())
    write("qualifications", (*band, "qualification", "share"), qualifications())
    write("technical", ("wave", "technical", "share"), technical())
    write("soc2000", ("technical", "soc2000", "share"), units("soc2000"))
    write("soc2010", ("technical", "soc2010", "share"), units("soc2010"))
    minors = ((row["code"], row["code"][:3], 1) for row in read("soc2000_unit_groups.csv"))
    write("soc2000_minor", ("soc2000", "soc2000_minor", "share"), iter([(-9, -9, 1), *minors]))
    names = ("soc2010_minor", "soc2020", "soc2020_minor")
    write("soc2010_elsewhere", ("soc2010", *names, "soc2000_from_soc2010", "share"), soc2010_elsewhere())
    earner = (f"origin_{name}" for name in ("soc2010", *names))
    elsewhere = ((*row[:4], 1) for row in soc2010_elsewhere())
    write("origin_soc2010_elsewhere", (*earner, "share"), elsewhere)
    write("origins", ("background", "origin_nssec", "origin_soc2010", "share"), origins())
    write("months", ("wave", "reference_year", "reference_month", "share"), months())
    print("rows: {" + ", ".join(f"{wave}: {rows}" for wave, rows in rows_of_waves().items()) + "}")


if __name__ == "__main__":
    main()
