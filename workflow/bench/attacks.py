"""The attack on everything that leaves: every study at three thresholds, two releases to subtract, identifiers."""

import shutil
from pathlib import Path

from attack.across import WANTED as APART
from attack.across import across, sharing
from attack.direct import identifiers
from attack.released import read_left
from attack.report import attack, attack_run, attack_together, exact, flags_of, too_narrow
from mobility.storage import read_parquet
from reports import copy_project
from timing import run_report

THRESHOLDS = (3, 10, 30)
SMALL = "synthetic={size: small, seed: 2022, format: stata}"
IDENTIFIERS = ("person", "household_id", "mother_id", "father_id")
WANTED = ("exact", "narrow", "rounded_narrow", "told", "contradictions")
PANEL, SUBTRACTED = "ukhls", "gatsby"
# Two releases of a study: what the first is made with, the second, and the readings of the second. A wave is added;
# choices that make other pairs, or put those without an occupation elsewhere, are changed.
RELEASES = {
    "a_wave_added": ("waves={ukhls: a-g}", "waves={ukhls: a-h}", {}),
    "a_choice_changed": ("choices={}", "choices={gatsby: {proxies: drop}}", {"proxies": "drop"}),
    "another_choice_changed": ("choices={}", "choices={gatsby: {missing_soc: exclude}}", {"missing_soc": "exclude"}),
}


def measure(folder: Path) -> dict:
    """Everything of this module; stops with an error where anything is had back."""
    project = folder / "attacked"
    copy_project(project)
    found = {f"threshold_{threshold}": at_threshold(project, threshold) for threshold in THRESHOLDS}
    found["identifiers"], found["across"] = scan(project), across(project, sharing(project))
    twice = {f"{name}_{threshold}": subtract(project, threshold, name) for name in RELEASES for threshold in THRESHOLDS}
    found |= twice
    found["rounded"] = at_threshold(project, THRESHOLDS[1], f", mitigation: rounding, base: {THRESHOLDS[1]}")
    rows = [row for name, own in found.items() if isinstance(own, list) for row in own if name != "identifiers"]
    rows += twice.values()
    if found["identifiers"] or any(row.get(name) for row in rows for name in (*WANTED, *APART)):
        raise SystemExit("\n".join(map(str, [*rows, *found["identifiers"]])))
    return found


def at_threshold(project: Path, threshold: int, mitigation: str = "") -> list[dict]:
    """What the attack finds of every study, by what leaves alone, and with the reason of each hidden cell known."""
    run_report(project, "--config", _classes(threshold, mitigation), SMALL, "--", "all")
    rows = attack_run(project, project, threshold)
    for row in rows:
        left = read_left(project, project, row["study"])
        flags = flags_of(project / "results/restricted" / row["study"], left, threshold)
        known = attack(left, threshold, flags=flags).intervals.values()
        row["exact_with_flags"] = sum(map(exact, known))
    return rows


def _classes(threshold: int, more: str = "") -> str:
    least = max(threshold, 10)  # of the special licence and of secure labs, which cannot be lowered
    classes = f"open: {threshold}, safeguarded: {threshold}, special: {least}, secure: {least}"
    return f"disclosure={{threshold: {{{classes}}}{more}}}"


def scan(project: Path) -> list[str]:
    """Identifiers of any panel of the run in any file that leaves."""
    numbers: set[int] = set()
    for path in (project / "results/restricted").glob("*/panel.parquet"):
        panel = read_parquet(path)
        for name in [name for name in IDENTIFIERS if name in panel]:
            numbers |= set(panel[name].dropna().astype("int64"))
    found = identifiers(numbers, [project / "results/released", project / "reports"])
    return [f"{one.where}: {one.what}" for one in found]


def subtract(project: Path, threshold: int, change: str) -> dict:
    """Two releases of a study, the one less the other, the second made with the first in memory."""
    former, later, readings = RELEASES[change]
    place, study = project / "results/released" / SUBTRACTED, SUBTRACTED
    only = f"studies=[{study}]"
    releases, memory = {}, ""
    for name, (made_with, own) in {"first:": (former, {}), "second:": (later, readings)}.items():
        run_report(
            project,
            "--config",
            _classes(threshold, memory),
            SMALL,
            only,
            made_with,
            "--",
            f"{place.relative_to(project)}/losses.csv",
        )
        kept = project.parent / f"{change}_{threshold}_{name[:-1]}"
        shutil.copytree(place, kept / "results/released" / study)
        shutil.copytree(
            project / "results/restricted" / study / "frames", kept / "results/restricted" / study / "frames"
        )
        memory = f", earlier: [{kept}]"
        releases[name] = read_left(kept, project, study, own)
    found = attack_together(releases, threshold)
    kinds = list(found.intervals.values())
    narrow = sum(too_narrow(one, threshold) for one in kinds)
    counts = {"hidden": found.hidden, "bounded": len(kinds), "shown_before": len(found.shown_before)}
    counts["cut_off"] = found.cut_off
    return {**counts, "exact": sum(map(exact, kinds)), "narrow": int(narrow)}
