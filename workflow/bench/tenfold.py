"""Gatsby on ten times the people with 1,300 columns a wave, beside the people of the true survey: time and memory."""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

from mobility.progress import logged
from reports import copy_project
from timing import ROOT, NotHereError, run_report, watched

STUDY, SOURCE = "gatsby", "ukhls"
PEOPLE, TIMES, COLUMNS = 85_000, 10, 1_300
ROOM = 12  # GB: the files 5.2, what is read of them and made with them the rest


def measure(folder: Path) -> dict:
    """Everything of this module; raises `NotHereError` where the disk is too small."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < ROOM:
        raise NotHereError(f"{folder} has {free:.0f} GB and it takes {ROOM}: TMPDIR=FOLDER of a larger disk")
    once, ten = of_people(folder / "once", PEOPLE), of_people(folder / "ten", TIMES * PEOPLE)
    times = ten["made"]["cpu_seconds"] / once["made"]["cpu_seconds"]  # other work on the machine changes it least
    return {"tenfold": {"once": once, "ten": ten, "times": round(times, 2)}}


def of_people(folder: Path, people: int) -> dict[str, Any]:
    """The files of so many people written, and the study made from them, one job at a time; nothing of it is kept."""
    delivery, project = folder / "delivery", folder / "project"
    folder.mkdir()
    copy_project(project)
    size = ("--people", str(people), "--columns", str(COLUMNS))
    written = watched([sys.executable, "-m", "mobility.cli", "simulate", str(delivery), *size], ROOT)
    config = project / "config.yaml"
    text = config.read_text(encoding="utf-8").replace(f"  {SOURCE}: synthetic", f"  {SOURCE}: {delivery}")
    config.write_text(re.sub("(?m)^studies:.*", f"studies: [{STUDY}]", text), encoding="utf-8")
    made = run_report(project, cores=1)
    jobs = {log.stem: found for log in sorted((project / "logs").glob("*.log")) if (found := logged(log))}
    shutil.rmtree(folder)
    largest = max(job["memory_mb"] for job in jobs.values())
    return {"people": people, "written": written, "made": made, "largest_job_mb": largest, "jobs": jobs}
