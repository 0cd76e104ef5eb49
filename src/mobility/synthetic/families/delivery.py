"""A whole invented delivery of the BHPS and UKHLS with families, drawn for the study of movers and stayers."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from mobility.storage import write_csv
from mobility.synthetic.families.answers import terms_of
from mobility.synthetic.families.effects import effects_table, truth_table
from mobility.synthetic.families.files import File, lasting_file, wave_files
from mobility.synthetic.families.nation import nation_table
from mobility.synthetic.families.people import CHILD, LAST_OF_MOVERS, NEVER, chance_of_sample
from mobility.synthetic.families.world import FROM_UKHLS, World, draw_world
from mobility.synthetic.folder import TITLE, Draft
from mobility.synthetic.writers import Form, find_form

SOURCE, STUDY, NATION, VERSION = "bhps", "movers", "state_of_nation", 2
FOLDERS = "UKDA-.*"
AGE_OF_TRUTH = 30


def draft(root: Path, size: str, seed: int, file_format: str) -> Draft:
    """Draw 18 waves of the BHPS and 11 of UKHLS: 2,842 persons in the sample for `full`, a twentieth for `small`.

    Raises `MobilityError` on an unknown size or format.
    """
    form, world = find_form(file_format), draw_world(root, size, seed)
    record = {"size": size, "seed": seed, "format": file_format, "version": VERSION}
    return Draft(lambda folder: _write_all(world, form, folder), _notice(record), record)


def _write_all(world: World, form: Form, folder: Path) -> None:
    for wave in world.waves():
        for file in wave_files(wave, form):
            _write(form, file, folder)
    _write(form, lasting_file(world, form), folder)
    write_csv(truth_table(*truth_terms(world)), folder / "truth" / f"{STUDY}.csv")
    write_csv(effects_table(), folder / "truth" / f"{STUDY}_effects.csv")
    write_csv(nation_table(), folder / "truth" / f"{NATION}.csv")


def _write(form: Form, file: File, folder: Path) -> None:
    path, frame, labels = file
    target = folder / path.with_name(f"{path.name}.{form.ending}")
    target.parent.mkdir(parents=True, exist_ok=True)
    form.write(frame, labels, target)


def truth_terms(world: World) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Terms of every child in the wave nearest to the age of 30, and the chance of each to be in the sample."""
    people, waves = world.people, {wave.year: wave for wave in world.waves() if wave.year <= LAST_OF_MOVERS}
    chance, at = chance_of_sample(people), (people["born"] + AGE_OF_TRUTH).clip(upper=max(waves))
    parts, chances = [], []
    for year in np.unique(at[people["role"] == CHILD]):
        chosen = ((at == year) & (people["role"] == CHILD)).to_numpy()
        there = people.assign(first=0, last=np.where(chosen, NEVER, -1), sample=FROM_UKHLS)
        wave = replace(waves[int(year)], world=replace(world, people=there))
        parts.append(terms_of(wave))
        chances.append(chance[wave.people.index])
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, np.concatenate(chances)


def _notice(record: dict) -> str:
    """What the reader of the folder has to know, in plain words."""
    lines = [
        f"{TITLE} They were drawn by a computer in the layout of the true files of the BHPS (18 waves) and",
        "of UKHLS (waves a to k), to try out a pipeline before the licensed data arrive. No finding about people may",
        "be drawn from them.",
        "",
        "Size: {size}. Seed: {seed}. Form: {format}. Version: {version}.".format(**record),
        "",
        "Families: parents, and children who live with them, leave home, and in part move to another authority. Codes",
        "of authorities are those in force in the year of the wave: boundary changes are seen and are no moves.",
        "Planted: the effects of moving on work, occupation and income in `truth/movers_effects.csv`; what they are on",
        "average in each group, and the expected size of the sample, in `truth/movers.csv`. No effect of distance,",
        "region or year. Partners and children of those who left home are answers only, without rows of their own.",
        "",
        "For the study of the state of the nation: careers of people without parents in the survey (a class at 25 to",
        "29 and another one from 35), parents' classes as they are recalled, children born from 2005 with their",
        "parents, weights that depend on nothing, volunteering and membership. What tables should show is in",
        "`truth/state_of_nation.csv`: of progression only windows that end before 2008, as later ones hold children of",
        "the families too, whose work follows the effects of moving.",
        "",
        "All other columns are drawn from their lists of codes alone, whoever the person is and whatever else they",
        "say: no routing, nothing planted, nothing that lasts; so are the codes of relationships in egoalt.",
    ]
    return "\n".join(lines) + "\n"
