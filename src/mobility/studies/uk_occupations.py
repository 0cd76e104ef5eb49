"""Jobs, pay and part-time pay by region of the 369 occupations of SOC2010: the real example `uk_occupations`.

Printed tables of the Office for National Statistics, one row of a table a row of a panel, its cells as text.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from mobility.classify.onet import onet_2010_of, onet_2019_of
from mobility.classify.soc import fail_unless_soc2010
from mobility.lmi.cells import Measure, digits
from mobility.lmi.fill import ALL, COUNTRY, RULES, errors_of, filled, interval_of
from mobility.lmi.lines import lines
from mobility.lmi.lognormal import PERCENTS, SHAPES, TENTHS, deciles, percentile
from mobility.lmi.printed import MARKS, Printed, read_printed
from mobility.lmi.reliability import VERDICTS, verdicts
from mobility.studies.inputs import Inputs, Makers

EVERYONE = "all"
UNIT = 4  # digits of a unit group
GROUPS = {"minor": 3, "sub_major": 2, "major": 1}
SEXES = ("people", "men", "women")
TYPES = ("employees_full_time", "employees_part_time", "self_employed_full_time", "self_employed_part_time")
STATUSES = ("total_in_employment", *TYPES[:2], "employees_total", *TYPES[2:], "self_employed_total")
SHARES = {
    "share.women": ("women.total_in_employment", ("men.total_in_employment", "women.total_in_employment")),
    "share.part_time": ("people.employees_part_time", ("people.employees_total",)),
    "share.self_employed": ("people.self_employed_total", ("people.total_in_employment",)),
}
QUESTIONS = {"total": ("sex", "status"), "sex": ("status",), "status": ("sex",), "sex_and_status": ()}
FULL_TIME = "full-time"
KINDS = {FULL_TIME: "full_time", "all (full-time and part-time)": "all"}
PAY = ("median", "mean", *map(percentile, PERCENTS))
EARLIER, LATER = "2011r", "2021p"  # releases on SOC2010; 2021r is that of SOC2020
MARKED = {"x": "unreliable", "..": "disclosive", ":": "not_applicable"}
LOWER = "rests on numbers of which parts are not printed"
UNITED_KINGDOM = "K02000001"
WEIGHTS = {"full_time": "employees_full_time", "all": "employees_total"}  # of EMP04, by kind of pay


def makers(inputs: Inputs) -> Makers:
    """Frames of numbers, a row a place and line with value, n and note (`lmi.lines`), and `texts`, a row a unit group.

    `jobs`, `pay` and `occupations`, both together, by code; `marks`, `rule` and `deciles` from pay; `filling`, `filled`
    and `regions` from part-time pay; `reliability` from jobs; `skills` from O*NET, and `onet`, pairs of the chain to
    it. Choices: `weights`, `shape`, `undefined`, `fill`, `onet`.

    Raises
    ------
    DataError
        A cell of a table is neither a number nor a mark of the Office, or a code is of SOC2000 or SOC2020.
    """
    made: dict[str, tuple[Sequence[str], Callable[[], pd.DataFrame]]] = {
        "jobs": (["jobs"], lambda: _jobs(inputs)),
        "pay": (["jobs", "pay"], lambda: _pay(inputs)),
        "occupations": (["jobs", "pay"], lambda: pd.concat([_jobs(inputs), _pay(inputs)], ignore_index=True)),
        "marks": (["pay"], lambda: _marks(inputs)),
        "rule": (["pay"], lambda: _rule(inputs)),
        "deciles": (["pay"], lambda: _deciles(inputs)),
        "filling": (["part_time"], lambda: _filling(inputs)),
        "filled": (["part_time"], lambda: _filled(inputs)),
        "regions": (["part_time"], lambda: _regions(inputs)),
        "reliability": (["jobs"], lambda: _reliability(inputs)),
        "skills": (["jobs", "skills"], lambda: _skills(inputs)),
        "onet": (["skills"], lambda: _onet(inputs)),
        "texts": (["texts"], lambda: inputs.panels["texts"].rename(columns={"code": "place"})),
    }

    def counted(name: str, panels: Sequence[str], make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        read = pd.concat([inputs.panels[panel] for panel in panels], ignore_index=True)
        inputs.losses.start(name, read, panel=panels)
        return inputs.losses.recount(name, "made into the numbers shown", len(read), make(), "numbers", "place")

    def maker(name: str) -> Callable[[], pd.DataFrame]:
        return lambda: counted(name, *made[name])

    return {name: maker(name) for name in made}


def _employment(inputs: Inputs) -> Measure:
    """Printed jobs of unit groups: code x sex x status."""
    panel = inputs.panels["jobs"]
    rows = panel[panel["code"].fillna("").str.len() == UNIT].reset_index(drop=True)
    fail_unless_soc2010(inputs.root, rows["code"], "EMP04")
    printed = read_printed(rows, STATUSES, "EMP04").values.assign(code=rows["code"], sex=rows["sex"])
    long = printed.melt(["code", "sex"], var_name="status", value_name="jobs")
    return Measure.of(long, ("code", "sex", "status"), "jobs").at("sex", SEXES).at("status", STATUSES)


def _jobs(inputs: Inputs) -> pd.DataFrame:
    """Jobs of unit groups as printed and of their groups as sums of these (C.6), and shares of jobs."""
    units = _employment(inputs)
    codes = units.axes.labels["code"]
    parts = [_wide(units, Measure(np.isnan(units.values).astype(float), units.axes), "")]
    for groups in ([EVERYONE] * len(codes), *(digits(codes, number) for number in GROUPS.values())):
        told = "at least: {gaps} of its unit groups have no number printed (*: the sample is too small)"
        parts.append(_wide(units.summed("code", groups), units.gaps("code", groups), told))
    values, notes = (pd.concat(each) for each in zip(*parts, strict=True))
    for share, (part, whole) in SHARES.items():
        values[share] = values[part] / values[list(whole)].sum(axis=1, skipna=False)
        notes[share] = (notes[[part, *whole]] == "").all(axis=1).map({True: "", False: LOWER})
    printed = _printed_groups(inputs)
    apart = (values.drop(columns=list(SHARES)) / printed - 1).add_prefix("against.")
    printed = printed.reindex(values.index).add_prefix("printed.")
    said = pd.DataFrame("", notes.index, apart.columns), printed.isna().replace({True: MARKS["*"], False: ""})
    return lines(values.join([apart, printed]), notes.join(list(said)))


def _printed_groups(inputs: Inputs) -> pd.DataFrame:
    """Jobs that are printed for major and minor groups and for all, by code and line; of a sub-major group, which has
    no row, the sum of its minor groups where each is printed.
    """
    panel = inputs.panels["jobs"]
    code = panel["code"].fillna(EVERYONE)
    rows = panel.assign(code=code)[code.str.len() < UNIT].reset_index(drop=True)
    printed = read_printed(rows, STATUSES, "EMP04").values.assign(code=rows["code"], sex=rows["sex"])
    wide = printed.pivot(index="code", columns="sex")
    wide = wide.set_axis([f"{sex}.{status}" for status, sex in wide.columns], axis=1)
    minor = wide[(wide.index.str.len() == GROUPS["minor"]) & (wide.index != EVERYONE)]
    sums = minor.groupby(minor.index.str[: GROUPS["sub_major"]]).agg(lambda jobs: jobs.sum(skipna=False))
    return pd.concat([wide, sums])


def _wide(jobs: Measure, gaps: Measure, told: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Numbers by code and line, `people.employees_total`, and what is told of their gaps."""
    both = jobs.frame("jobs").assign(gaps=gaps.frame("gaps")["gaps"])
    both["line"] = both["sex"] + "." + both["status"]
    said = [told.format(gaps=int(gap)) if gap and told else MARKS["*"] * bool(gap) for gap in both["gaps"]]
    wide = both.assign(note=said).pivot(index="code", columns="line", values=["jobs", "note"])
    return wide["jobs"].astype("float64"), wide["note"]


def _printed_pay(inputs: Inputs, release: str, jobs: str) -> tuple[pd.DataFrame, Printed]:
    """Pay of a release by code, all employees as `all`: the numbers, and they with their marks."""
    panel = inputs.panels["pay"]
    own = panel[(panel["release"] == release) & (panel["jobs"] == jobs)]
    rows = own.set_index(own["code"].replace("XX", EVERYONE).to_numpy())
    if release in (EARLIER, LATER):
        units = rows.index[rows.index.str.len() == UNIT]
        fail_unless_soc2010(inputs.root, units, f"ASHE Table 14, {release}")
    printed = read_printed(rows, ("jobs_thousand", *PAY), f"ASHE Table 14, {release}")
    return printed.values, printed


def _pay(inputs: Inputs) -> pd.DataFrame:
    """Printed pay, the means of groups made from those of unit groups (C.6), and its change."""
    weigh, found = inputs.choices["weights"], []
    employment = _employment(inputs)
    for release in (EARLIER, LATER):
        for jobs, kind in KINDS.items():
            pay, printed = _printed_pay(inputs, release, jobs)
            weights = pay["jobs_thousand"] if weigh == "ashe" else _emp04(employment, kind)
            means = _group_means(pay["mean"], weights)
            names = {name: f"{release[:4]}.{kind}.{name}" for name in pay}
            of_groups = means.reindex(pay.index)
            own = pay.assign(mean=of_groups.fillna(pay["mean"].where(pay.index.str.len() == UNIT)))
            own, said = own.rename(columns=names), printed.notes.rename(columns=names)
            apart = {
                f"against.{release[:4]}.{kind}": of_groups / pay["mean"] - 1,
                f"printed.{release[:4]}.{kind}.mean": pay["mean"],
            }
            found.append((own.assign(**apart), said.assign(**dict.fromkeys(apart, printed.notes["mean"]))))
    values, notes = (pd.concat(each, axis=1) for each in zip(*found, strict=True))
    for kind in KINDS.values():
        values[f"change.{kind}"] = values[f"2021.{kind}.mean"] / values[f"2011.{kind}.mean"] - 1
        notes[f"change.{kind}"] = notes[[f"2011.{kind}.mean", f"2021.{kind}.mean"]].max(axis=1)
    return lines(values, notes.where(values.isna(), ""))


def _emp04(employment: Measure, kind: str) -> pd.Series:
    """Employees of unit groups in 2018."""
    own = employment.at("sex", ["people"]).at("status", [WEIGHTS[kind]])
    return own.frame("jobs").set_index("code")["jobs"]


def _group_means(means: pd.Series, weights: pd.Series) -> pd.Series:
    """Means of groups from those of unit groups, weighted by jobs."""
    frame = pd.DataFrame({"mean": means, "jobs": weights}).reset_index(names="code")
    units = frame[(frame["code"].str.len() == UNIT) & (frame["code"] != EVERYONE)]
    pay, jobs = (Measure.of(units, ("code",), name) for name in ("mean", "jobs"))
    codes = pay.axes.labels["code"]
    groups = [[EVERYONE] * len(codes), *(digits(codes, number) for number in GROUPS.values())]
    joined = [pay.averaged("code", own, jobs).frame("mean").set_index("code")["mean"] for own in groups]
    return pd.concat(joined)


def _marks(inputs: Inputs) -> pd.DataFrame:
    """How many unit groups have a number, and how many each mark, by column of the table and release."""
    counts = {}
    for release in (EARLIER, LATER):
        _, printed = _printed_pay(inputs, release, FULL_TIME)
        own = printed.marks[printed.marks.index.str.len() == UNIT].mask(printed.values.notna(), "number")
        for mark, name in {"number": "printed", **MARKED}.items():
            counts[f"{release[:4]}.{name}"] = own.eq(mark).sum()
    return lines(pd.DataFrame(counts).astype("float64"))


def _rule(inputs: Inputs) -> pd.DataFrame:
    """Errors of each shape against the printed deciles of unit groups, by release, of full-time employees."""
    columns: dict[str, dict[str, float]] = {}
    for release in (EARLIER, LATER, "2021r"):
        pay, _ = _printed_pay(inputs, release, FULL_TIME)
        units = pay.index.str.len() == UNIT
        for shape in SHAPES:
            made = deciles(pay, shape, inputs.choices["undefined"])[units]
            found = {name: errors_of(made[name], pay.loc[units, name]) for name in made}
            found["all"] = errors_of(made.to_numpy().ravel(), pay.loc[units, list(made)].to_numpy().ravel())
            columns |= {
                f"{shape}.{release}.{what}": {at: one[what] for at, one in found.items()}
                for what in ("mean", "bias", "n")
            }
    table = pd.DataFrame(columns)
    sizes = pd.DataFrame({name: table[f"{name.rsplit('.', 1)[0]}.n"] for name in table})
    return lines(table, sizes=sizes)


def _deciles(inputs: Inputs) -> pd.DataFrame:
    """Percentiles of pay of unit groups in 2021, full-time, as printed and by the chosen shape."""
    pay, printed = _printed_pay(inputs, LATER, FULL_TIME)
    made = deciles(pay, inputs.choices["shape"], inputs.choices["undefined"], TENTHS)
    why = pd.DataFrame("mean or median is not printed", made.index, made.columns).where(made.isna(), "")
    values = pd.concat([pay.add_prefix("printed."), made.add_prefix("rule.")], axis=1)
    return lines(values, pd.concat([printed.notes.add_prefix("printed."), why.add_prefix("rule.")], axis=1))


def _regional(inputs: Inputs) -> tuple[pd.Series, pd.Series]:
    """Mean part-time pay by region and code, and the notes of those that are not printed."""
    panel = inputs.panels["part_time"].reset_index(drop=True)
    printed = read_printed(panel, ("jobs_thousand", "median", "mean"), "ASHE Table 15.7a")
    codes = panel["code"].dropna()
    fail_unless_soc2010(inputs.root, codes[codes.str.len() == UNIT], "ASHE Table 15.7a")
    region = panel["area"].replace(UNITED_KINGDOM, COUNTRY).to_numpy()
    index = pd.MultiIndex.from_arrays([region, panel["code"].fillna(ALL).to_numpy()], names=["region", "code"])
    return tuple(each["mean"].set_axis(index) for each in (printed.values, printed.notes))


def _filling(inputs: Inputs) -> pd.DataFrame:
    """Of each rule of filling: how far it is from the printed regional means, and how many gaps it fills."""
    pay, _ = _regional(inputs)
    rows = {}
    for rule in RULES:
        made = filled(pay, rule)
        printed = pay.reindex(made.index)
        gaps = made[printed.isna()]
        counts = {"cells": len(made), "printed": printed.notna().sum(), "filled": gaps.notna().sum()}
        interval = {f"interval_{name}": value for name, value in interval_of(made, printed).items()}
        rows[rule] = {**errors_of(made, printed), **interval, **counts, "left": gaps.isna().sum()}
    table = pd.DataFrame.from_dict(rows, orient="index").astype("float64")
    sizes = pd.DataFrame({name: table["interval_n" if name.startswith("interval") else "n"] for name in table})
    return lines(table, sizes=sizes)


def _filled(inputs: Inputs) -> pd.DataFrame:
    """Part-time pay of unit groups by region: printed, or filled by the chosen rule and said to be."""
    pay, notes = _regional(inputs)
    rule = inputs.choices["fill"]
    made = filled(pay, rule)
    printed = pay.reindex(made.index)
    said = notes.reindex(made.index).where(printed.isna(), "")
    said = said.mask(printed.isna() & made.notna(), "filled: " + said)
    both = pd.DataFrame({"value": printed.fillna(made), "note": said}).unstack("region")
    country = pay[COUNTRY].reindex(both.index)
    told = notes[COUNTRY].reindex(both.index).where(country.isna(), "")
    return lines(both["value"].assign(country=country), both["note"].assign(country=told))


def _regions(inputs: Inputs) -> pd.DataFrame:
    """Printed part-time pay of all jobs and of major groups, by region."""
    pay, notes = _regional(inputs)
    own = pay.index.get_level_values("code").str.len() < 2
    names = {ALL: EVERYONE}
    return lines(*(each[own].unstack("code").rename(columns=names) for each in (pay, notes.where(pay.isna(), ""))))


def _reliability(inputs: Inputs) -> pd.DataFrame:
    """Cells that the 1,000 and 10,000 rule would tell, note or refuse: by classification and by what is asked for."""
    units, rows = _employment(inputs), {}
    codes = units.axes.labels["code"]
    levels: Mapping[str, Measure] = {
        "unit": units,
        **{name: units.summed("code", digits(codes, number)) for name, number in GROUPS.items()},
    }
    for level, jobs in levels.items():
        for asked, whole in QUESTIONS.items():
            own = jobs.at("sex", SEXES[:1] if "sex" in whole else SEXES[1:])
            own = own.at("status", STATUSES[:1] if "status" in whole else TYPES)
            found = verdicts(own.values)
            rows[f"{level}.{asked}"] = {name: float((found == name).sum()) for name in VERDICTS}
    return lines(pd.DataFrame.from_dict(rows, orient="index"))


def _skills(inputs: Inputs) -> pd.DataFrame:
    """Importance and level of each skill by unit group, and by major group weighted by jobs.

    Means over the O*NET occupations of a unit group: each the same, or by the weights of the chain (choice `onet`).
    """
    scores = inputs.panels["skills"].rename(columns={"code": "onet"})
    pairs = onet_2019_of(inputs.root, scores["onet"].unique())
    if inputs.choices["onet"] == "equal":
        pairs = pairs.assign(weight=1.0)
    wide = scores.pivot(index="onet", columns="element", values=["importance", "level"])
    wide.columns = [".".join(name) for name in wide.columns]
    doubtful = scores["low_precision"].eq("Y").groupby(scores["onet"]).any()
    units = _weighted(pairs.join(wide, on="onet"), "soc2010", list(wide))
    rests = doubtful.reindex(pairs["onet"]).groupby(pairs["soc2010"].to_numpy()).any()
    notes = pd.DataFrame("", units.index, units.columns)
    notes.loc[rests.reindex(units.index).to_numpy()] = "rests on levels of low precision"
    jobs = _employment(inputs).at("sex", SEXES[:1]).at("status", STATUSES[:1]).frame("jobs").set_index("code")["jobs"]
    own = units.assign(weight=jobs.reindex(units.index).fillna(0), everyone=EVERYONE, major=units.index.str[:1])
    groups = [_weighted(own, by, list(wide)) for by in ("everyone", "major")]
    blank = [pd.DataFrame("", group.index, group.columns) for group in groups]
    return lines(pd.concat([units, *groups]), pd.concat([notes, *blank]))


def _weighted(frame: pd.DataFrame, by: str, columns: Sequence[str]) -> pd.DataFrame:
    """Means of columns by group, weighted by `weight`."""
    weighted = frame[list(columns)].mul(frame["weight"], axis=0).groupby(frame[by]).sum()
    return weighted.div(frame["weight"].groupby(frame[by]).sum(), axis=0)


def _onet(inputs: Inputs) -> pd.DataFrame:
    """Pairs of a unit group and an occupation of O*NET-SOC 2010 that are asked for in groups/onet.csv.

    `exact` : 1 where the chain has the pair. `us_soc` : 1 where it has one with the same first six digits.
    """
    chain = onet_2010_of(inputs.root)
    asked = pd.DataFrame(inputs.study.groups("onet"))
    found = {}
    for name, code, digits_of in (("exact", "onet", 10), ("us_soc", "onet", 7)):
        pairs = set(zip(chain["soc2010"], chain[code].str[:digits_of], strict=True))
        own = zip(asked["soc2010"], asked["onet"].str[:digits_of], strict=True)
        found[name] = [float(pair in pairs) for pair in own]
    return lines(pd.DataFrame(found, index=list(asked["id"])))
