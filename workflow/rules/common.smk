# Helpers of the rules: the checked settings, and lists of files that depend on them. No rule.
import atexit
import gc
import logging
import os
import platform
import re
import shlex
import sys
from functools import cache, partial
from pathlib import Path

sys.path.append("workflow")
import ahead
import sparing
import whole
from imports import HASHES as KEPT_HASHES
from imports import SCRIPTS, all_code, code_files, modules_of, names_of, with_data
from loaded import Loaded
from mobility.checker import answer_file
from mobility.contents import HashStore, digest
from mobility.disclosure import secret
from mobility.errors import EXIT_CODE, DeliveryError, MobilityError
from mobility.intake.mapped import mapped_files
from mobility.package.files import project_files
from mobility.progress import say
from mobility.readers import reader_of, requests
from mobility.render.formats import STUDY, TABLE, formats_of
from mobility.render.names import FIGURE_FILES, INDICATOR_DATA
from mobility.settings import load_config, load_study, study_folder
from mobility.settings.said import what_is_said
from mobility.storage import make_private
from snakemake.logging import logger
from snakemake.settings.enums import Quietness

# Plan and settings are millions of objects that live to the end: looking for dead ones less often saves a fifth.
gc.set_threshold(1_000_000, 50, 100)
atexit.register(gc.freeze)  # nor are they looked through at the end, which takes 0.7 s
sparing.remember_records()

ROOT = Path()
HASHES = HashStore(KEPT_HASHES)
for variable, value in ahead.environment().items():
    os.environ.setdefault(variable, value)
MADE = ("results/", "reports/")
SHOWN = (".svg", ".pdf", ".xlsx")  # in Snakemake's own report

# Snakemake puts this path into a shell's command as it stands; a folder's name may hold blanks, quotes, `&`, `(` or `$`.
PYTHON = sys.executable
if os.name == "posix" and Path(sys.executable).exists():
    sys.executable = shlex.quote(sys.executable)

# Snakemake takes braces in the path of an environment file for wildcards.
ENVIRONMENT = None if "{" in str(ROOT.absolute()) else "../../environment.yml"


def checked(function, *arguments):
    """A user's mistake is said once and ends the run; an error raised here Snakemake would wrap in its own lines."""
    try:
        return function(*arguments)
    except MobilityError as error:
        say(error)
        sys.exit(EXIT_CODE)


# A job that fails says itself why, and what to do; Snakemake's lines on how it noticed are left out.
NOTICED = re.compile(
    r"(?s)RuleException:.*/\.snakemake/scripts/.* returned non-zero exit status"
    r"|Shutting down, this might|Exiting because a job|WorkflowError:\s+At least one job did not complete"
)
QUIET = Quietness.ALL in (workflow.output_settings.quiet or ())


def is_news(record):
    """Whether a line of Snakemake says what no job has said; an error that is news is said however quiet it is."""
    text = record.getMessage()
    if NOTICED.match(text):
        return False
    if QUIET and record.levelno >= logging.ERROR:
        say(re.sub(r"^\w+(Exception|Error):\n", "", text))
    return True


logger.addFilter(is_news)


LOADED = Loaded(HASHES)
LOADED.take()
SETTINGS = checked(load_config, ROOT, dict(config))
STUDIES = {
    name: checked(load_study, ROOT, name, SETTINGS.choices.get(name, {}))
    for name in SETTINGS.studies
}
LOADED.keep()
FOLDERS = {name: str(study_folder(ROOT, name)) for name in STUDIES}
# What is read, by the name under which it lies: a registered source, or a study's own file.
REQUESTS = checked(requests, ROOT, SETTINGS, list(STUDIES.values()))
READERS = {
    place: checked(reader_of, ROOT, request.source)
    for place, request in REQUESTS.items()
}
if QUIET and workflow.is_main_process:
    say(f"Studies: {', '.join(STUDIES)}. Logs are in logs/.")

# Places whose files are invented, and by name of the delivery in which they are, the sources that it holds.
INVENTED = [
    place
    for place, request in REQUESTS.items()
    if SETTINGS.is_synthetic(request.source)
]
DELIVERIES = {
    Path(REQUESTS[place].folders[0]).name: sorted(
        {
            REQUESTS[other].source
            for other in INVENTED
            if REQUESTS[other].folders == REQUESTS[place].folders
        }
    )
    for place in INVENTED
}


def rounds(study):
    """Whether numbers of a study are rounded."""
    return SETTINGS.mitigation[study]["base"] > 0


def key_of(study):
    """The secret by which numbers of a study are rounded, if they are; a plan alone does not make it."""
    if rounds(study) and workflow.is_main_process and not workflow.dryrun:
        prepare_key()
    return [SETTINGS.key] if rounds(study) and os.path.exists(SETTINGS.key) else []


@cache
def prepare_key():
    """Make the secret by which numbers are rounded where there is none, and see that it is one."""
    path, given = Path(SETTINGS.key), SETTINGS.mitigation.values()
    if checked(
        secret.prepare_key, path, {folder for one in given for folder in one["earlier"]}
    ):
        say(
            f"{path} is new: the secret by which numbers are rounded. Keep it, and never hand it on. Another one "
            "rounds anew, and of a number that was rounded twice less is left open."
        )


def outside():
    """Files and folders that the run rests on, wherever they lie: of deliveries, studies' own files, earlier runs."""
    users = [request for place, request in REQUESTS.items() if place not in INVENTED]
    mappings = [request.mapping for request in users if request.mapping.name]
    mapped = [path for mapping in mappings for path in mapped_files(mapping)]
    folders = [folder for request in users for folder in request.folders]
    folders += [
        folder for given in SETTINGS.mitigation.values() for folder in given["earlier"]
    ]
    keys = {SETTINGS.key for study in STUDIES if rounds(study)}
    return [*mappings, *mapped, *folders, *keys]


if workflow.is_main_process:
    whole.note_outside(outside())


def tables_of(job):
    """Tables of each study whose statistic is made by this job."""
    return {
        name: [
            table for table, spec in study.tables.items() if spec.statistic.job == job
        ]
        for name, study in STUDIES.items()
    }


COUNTED = tables_of("counted")
ESTIMATED = tables_of("estimated")
QUOTED = tables_of("quoted")
CURVES = tables_of("curve")
REFERENCE = tables_of("printed")
MADE_FROM_DATA = {
    name: [*COUNTED[name], *ESTIMATED[name], *CURVES[name]] for name in STUDIES
}
JUDGED = {name: [*MADE_FROM_DATA[name], *QUOTED[name]] for name in STUDIES}


# Which job comes first: what most others wait for. Pages come last: nothing but the index waits for them.
LAST_TO_FIRST = (
    *("statement", "render", "judge"),
    *("tabulate", "fit_models", "curve", "frames", "read", "simulate"),
)
FIRST = {stage: place for place, stage in enumerate(LAST_TO_FIRST)}


def priority_of(stage, study):
    """The priority of a job of a study: of jobs alike those of the study with more tables, which take longer, first."""
    return FIRST[stage] + min(len(STUDIES[study].tables), 999) / 1000


def any_of(names):
    """A regular expression that matches these names and nothing else."""
    return "|".join(map(re.escape, sorted(names))) or "(?!)"


wildcard_constraints:
    study=any_of(STUDIES),
    source=any_of({*REQUESTS, *DELIVERIES}),
    figure=any_of({figure for study in STUDIES.values() for figure in study.figures}),
    table=any_of({table for study in STUDIES.values() for table in study.tables}),


def contents(own_script, wildcards, **parts):
    """A fingerprint of a job's code and of its inputs that no job makes: another one makes the job run again.

    The code is its script and every module of the library that the script imports, directly or through others, with
    what they run on. Of its inputs `specs_said` its parameter `said` tells what they say.
    Snakemake leaves out of the comparison what names `input` among its arguments, hence `parts`.
    """
    said = set(getattr(parts["input"], "specs_said", ()))
    outside = [
        path
        for path in parts["input"]
        if not path.startswith(MADE) and path not in said
    ]
    return f"{code_of(own_script)} {digest(outside, HASHES)}"


@cache
def code_of(script):
    """A fingerprint of the code of a script, by what a rule calls it, and of what it runs on."""
    return fingerprint(code_files(SCRIPTS / Path(script).name))


def fingerprint(code):
    """A fingerprint of files of code and of what they run on: the Python and the packages."""
    return f"{platform.python_version()} {digest([*code, 'requirements.lock'], HASHES)}"


def start_ahead():
    """Jobs of this machine are started out of a process that has imported the library; where else, as ever."""
    if workflow.is_main_process and workflow.local_exec:
        sparing.spare(workflow)
        sys.executable = ahead.begun(all_code(HASHES)) or ahead.start(
            PYTHON, names_of(SCRIPTS.glob("*.py"))
        )


@cache
def drawing():
    """A fingerprint of the code that draws a picture, and of the boundaries that a map is drawn on."""
    code = with_data(modules_of(Path("src/mobility/render/figures.py")))
    return fingerprint([*code, *BOUNDARIES])


def specs(folder, *patterns):
    """Spec files below a folder that fit one of the patterns."""
    return sorted(
        str(path) for pattern in patterns for path in Path(folder).glob(pattern)
    )


BOUNDARIES = specs("resources", "areas/*.geojson.gz", "areas/*.csv")
# Which of them a reading or a study's own module opens stands in no spec: any other reference data, and it is done anew.
RESOURCES = digest(specs("resources", "*/*"), HASHES)


def mark_of(place):
    """The mark of a whole invented delivery; nothing where the files are the user's."""
    folders = REQUESTS[place].folders if place in INVENTED else ()
    return [f"{folder}/synthetic.yaml" for folder in folders]


def invented_from(wildcards):
    """Registers of the sources that an invented delivery holds."""
    return [
        path
        for source in DELIVERIES[wildcards.source]
        for path in specs(f"sources/{source}", "*.csv", "*.yaml")
    ]


def delivery_mark(wildcards):
    """The mark of the invented delivery that a job reads."""
    return mark_of(wildcards.source)


def registers_of(wildcards):
    """Files of the project that a reading depends on: registers, or a mapping."""
    request = REQUESTS[wildcards.source]
    own = [str(request.mapping)] if request.mapping.name else []
    return own + specs(f"sources/{request.source}", "*.csv", "*.yaml")


def delivery_contents(wildcards):
    """A fingerprint of the user's files on which a reading depends, wherever they lie.

    Empty where the folder cannot be looked into: the reading then says why.
    """
    place = wildcards.source
    if place in INVENTED:
        return ""
    try:
        return digest(READERS[place].files(REQUESTS[place]), HASHES)
    except DeliveryError:
        return ""


def places_of(study):
    """Names under which the panels of a study lie, in the order of its sources."""
    return list(SETTINGS.places(STUDIES[study]).values())


def registers_read(study):
    """Registers of the sources of a study."""
    return [
        file
        for use in STUDIES[study].about.sources.values()
        for file in specs(f"sources/{use.source}", "*.csv", "*.yaml")
    ]


def makers_of(study):
    """The code that makes the frames of a study: pages say in which line."""
    name = STUDIES[study].about.module
    return specs("src/mobility/studies", f"{name}.py", f"{name}/*.py")


def boundaries_of(study):
    """What the maps of a study are drawn on."""
    figures = STUDIES[study].figures.values()
    return BOUNDARIES if any(figure.kind.on_ground for figure in figures) else []


def panels_of(wildcards):
    """Panels of a study, in the order of its sources."""
    places = places_of(wildcards.study)
    return [f"results/restricted/{place}/panel.parquet" for place in places]


def panel_losses_of(study):
    """Losses between the raw rows and the panels of a study."""
    return [f"results/checks/{place}/panel_losses.csv" for place in places_of(study)]


def provenances_of(study):
    """What the panels of a study were read from."""
    return [f"results/checks/{place}/provenance.yaml" for place in places_of(study)]


def provenances_if_handed_on(study):
    """Their provenance, whose class a study that hands on measures protects them by; else nothing."""
    return provenances_of(study) if STUDIES[study].about.measures else []


def restricted_cells(study, tables):
    """Cells of tables of a study before judgement."""
    return [f"results/restricted/{study}/{table}.csv" for table in tables]


def nested_of(study):
    """Whose rows the fits of a study used; none of a study without fits."""
    names = ("sets", "nested") if ESTIMATED[study] else ()
    return [f"results/restricted/{study}/fits/{name}.csv" for name in names]


def table_specs(study, tables):
    """Spec files of tables of a study."""
    files = [STUDIES[study].tables[table].where for table in tables]
    return [f"{FOLDERS[study]}/{file}" for file in dict.fromkeys(files)]


def released_cells(study, tables):
    """Released cells of tables of a study."""
    return [f"results/released/{study}/{table}.csv" for table in tables]


def losses_of(study, steps):
    """Losses of tables of a study, or of its models."""
    return [f"results/checks/{study}/losses/{step}.csv" for step in steps]


def loss_files_of(study):
    """Losses of everything that is made from the frames of a study."""
    models = ["models"] if ESTIMATED[study] else []
    return losses_of(study, sorted([*COUNTED[study], *models]))


def shared_sources(study):
    """Sources of a study that others may read too."""
    named = study.about.sources
    return {named[name].source for name in named if name not in study.mappings}


def earlier_files(study):
    """Of earlier runs whose output left, what says which numbers of a study are known."""
    patterns = (
        "results/checks/manifest.yaml",
        f"results/released/{study}/*.csv",
        f"results/restricted/{study}/frames/*",
    )
    earlier = SETTINGS.mitigation[study]["earlier"]
    return [path for folder in earlier for path in specs(folder, *patterns)]


def sharing_before(study):
    """Studies of the run before this one that read one of its sources: what they hide it hides too.

    A file of a study's own is nobody else's.
    """
    sources = [shared_sources(one) for one in STUDIES.values()]
    own = list(STUDIES).index(study)
    return [name for name, read in zip(STUDIES, sources[:own]) if read & sources[own]]


def planted_mark(study):
    """The marks of the invented deliveries that say what was planted for a study; nothing where none does."""
    planted = study in planted_studies()
    marks = [mark for place in places_of(study) for mark in mark_of(place) if planted]
    return list(dict.fromkeys(marks))


def truth_of(study):
    """The comparison with what was planted for a study; nothing where nothing was."""
    planted = study in planted_studies()
    return [f"results/checks/{study}/truth.csv"] if planted else []


def commands_of(study):
    """The models of a study in Stata and R, if it has models."""
    return [f"results/released/{study}/commands.csv"] if ESTIMATED[study] else []


def measures_of(study):
    """Measures of a study in every cell, if it hands on any."""
    return (
        [f"results/released/{study}/measures"] if STUDIES[study].about.measures else []
    )


def pictures_of(study):
    """Pictures of a study."""
    found = expand(
        "reports/{study}/figures/{figure}.{kind}",
        study=study,
        figure=STUDIES[study].figures,
        kind=FIGURE_FILES,
    )
    index = STUDIES[study].indicators
    small = index.made if index else ()
    return found + [f"reports/{study}/figures/{one.drawn}.svg" for one in small]


def indicator_data_of(study):
    """What the page says that goes through the indicators of a study, as data; nothing where it has none."""
    return [f"reports/{study}/{INDICATOR_DATA}"] if STUDIES[study].indicators else []


def result(study, path):
    """An output that the section Results of Snakemake's own report shows, by study; a page needs the files beside it."""
    if Path(path).suffix not in SHOWN:
        return path
    own, index = STUDIES[study].figures, STUDIES[study].indicators
    titles = {name: f"{figure.number}: {figure.title}" for name, figure in own.items()}
    titles |= (
        {one.drawn: f"{one.number}: {one.title}" for one in index.made} if index else {}
    )
    return report(
        path,
        caption="../report/result.rst",
        category="Results",
        subcategory=STUDIES[study].about.title,
        labels={
            "result": titles.get(Path(path).stem, "Whole report"),
            "form": Path(path).suffix[1:].upper(),
        },
    )


def files_of(study):
    """A study in every format of which it has one file; the first is its page."""
    return [f"reports/{study}/{form.address(study)}" for form in formats_of(STUDY)]


def folders_of(study):
    """Folders of a study's formats: of pages and what goes with them, of files a table."""
    forms = [*formats_of(STUDY), *formats_of(TABLE)]
    folders = dict.fromkeys(folder for form in forms for folder in form.folders)
    return [f"reports/{study}/{folder}" for folder in folders]


def checked_in_print():
    """Studies of this run that state what their printed numbers imply."""
    return [
        name for name, folder in FOLDERS.items() if specs(folder, "print_checks.yaml")
    ]


def ranked():
    """Places of the readings of those studies whose readings were run, by a target of its own."""
    files = [f"results/released/{study}/choices.csv" for study in STUDIES]
    return [path for path in files if Path(path).is_file()]


def planted_studies():
    """Studies of this run for which the invented delivery says what was planted."""
    return [
        name
        for name, study in STUDIES.items()
        if study.about.module == name and not {*places_of(name)}.isdisjoint(INVENTED)
    ]


def files_of_jobs():
    """The files that each job of a whole run makes."""
    yield [*rules.render_index.output]
    yield [*rules.write_checker.output]
    yield from (expand(rules.read.output, source=source) for source in REQUESTS)
    yield from (expand(rules.simulate.output, source=source) for source in DELIVERIES)
    for study in STUDIES:
        yield expand(rules.make_frames.output, study=study)
        yield from ([path] for path in restricted_cells(study, CURVES[study]))
        for job in ("tabulate", "fit_models", "judge", "statement", "render"):
            yield outputs_of(f"{job}_{study}")
        yield measures_of(study)


def promised():
    """Every file of a whole run."""
    return [path for made in files_of_jobs() for path in made]


def asked_for(_):
    """Of every job of a whole run a file, and those that are lost: it makes all its files again or the run fails.

    To look for the jobs behind thousands of files takes Snakemake a second.
    """
    return [
        path
        for made in files_of_jobs()
        for at, path in enumerate(made)
        if at == 0 or not os.path.exists(path)
    ]


def outputs_of(name):
    """Outputs of a rule; none where the study needs no such job."""
    found = [each for each in workflow.rules if each.name == name]
    return [str(path) for each in found for path in each.output]


def logs_of_run():
    """Logs of the jobs of a whole run."""
    jobs = [f"simulate_{source}" for source in DELIVERIES]
    jobs += [f"read_{source}" for source in REQUESTS]
    for study in STUDIES:
        steps = ("frames", "tabulate", "fit_models", "judge", "statement", "render")
        jobs += [f"{step}_{study}" for step in steps]
        jobs += [f"curve_{study}_{table}" for table in CURVES[study]]
    return [f"logs/{job}.log" for job in jobs]
