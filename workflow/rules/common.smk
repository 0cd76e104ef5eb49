# Helpers of the rules: the checked settings, and lists of files that depend on them. No rule.
import os
import shlex
import sys
from functools import partial
from pathlib import Path

sys.path.append("workflow")
from imports import modules_of
from mobility.contents import HashStore, digest
from mobility.errors import DeliveryError, MobilityError
from mobility.flows.register import find_flow_files, load_flow_source
from mobility.panel.find import list_files
from mobility.intake.mapped import mapped_files
from mobility.panel.register import load_source
from mobility.render.figures import FILES as PICTURE_FILES
from mobility.render.formats import STUDY, TABLE, formats_of
from mobility.settings import (
    FLOWS,
    MAPPED_SOURCES,
    PANEL,
    load_config,
    load_study,
    source_kind,
    study_folder,
)
from mobility.storage import make_private
from snakemake.exceptions import WorkflowError

ROOT = Path()
HASHES = HashStore(Path(".snakemake/hashes.json"))
MADE = ("results/", "reports/")

# Snakemake puts this path into a shell's command as it stands; a folder's name may hold blanks, quotes, `&`, `(` or `$`.
if os.name == "posix" and Path(sys.executable).exists():
    sys.executable = shlex.quote(sys.executable)

# Snakemake takes braces in the path of an environment file for wildcards.
ENVIRONMENT = None if "{" in str(ROOT.absolute()) else "../../environment.yml"


def checked(function, *arguments):
    """A user's mistake as Snakemake shows it: the message, without a traceback."""
    try:
        return function(*arguments)
    except MobilityError as error:
        raise WorkflowError(str(error)) from None


SETTINGS = checked(load_config, ROOT, dict(config))
STUDIES = {
    name: checked(load_study, ROOT, name, SETTINGS.choices.get(name, {}))
    for name in SETTINGS.studies
}
FOLDERS = {name: str(study_folder(ROOT, name)) for name in STUDIES}
SOURCES = sorted({study.about.source for study in STUDIES.values()} - {*MAPPED_SOURCES})


def sources_of_kind(kind):
    """Sources of this run of a kind: flows (moves between areas) or panel."""
    return [source for source in SOURCES if source_kind(ROOT, source) == kind]


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


def studies_of(source):
    """Studies whose source is `source`."""
    return [name for name, study in STUDIES.items() if study.about.source == source]


def any_of(names):
    """A regular expression that matches these names and nothing else."""
    return "|".join(sorted(names)) or "(?!)"


wildcard_constraints:
    study=any_of(STUDIES),
    source=any_of(SOURCES),
    figure=any_of({figure for study in STUDIES.values() for figure in study.figures}),
    table=any_of({table for study in STUDIES.values() for table in study.tables}),


def contents(own_script, wildcards, **parts):
    """A fingerprint of a job's code and of its inputs that no job makes: another one makes the job run again.

    The code is its script and every module of the library that the script imports, directly or through others.
    Snakemake leaves out of the comparison what names `input` among its arguments, hence `parts`.
    """
    outside = [path for path in parts["input"] if not path.startswith(MADE)]
    return digest([*code_files(own_script), *outside], HASHES)


def code_files(script):
    """A script and every module of the library that it imports."""
    path = Path("workflow/scripts") / Path(script).name
    return [path, *modules_of(path)]


def code_of(script):
    """A fingerprint of the code of a script and of what it runs on."""
    return digest([*code_files(script), "requirements.lock"], HASHES)


def drawing():
    """A fingerprint of the code that draws a picture, and of the boundaries that a map is drawn on."""
    code = modules_of(Path("src/mobility/render/figures.py"))
    return digest([*code, "requirements.lock", *BOUNDARIES], HASHES)


def specs(folder, *patterns):
    """Spec files below a folder that fit one of the patterns."""
    return sorted(
        str(path) for pattern in patterns for path in Path(folder).glob(pattern)
    )


BOUNDARIES = specs("resources", "areas/*.geojson.gz", "areas/*.csv")


def synthetic_folder(source):
    """Where the invented delivery of a source lies."""
    return f"results/restricted/synthetic/{source}"


def delivery_folder(source):
    """The folder of a source's delivery, invented or the user's."""
    return (
        synthetic_folder(source)
        if SETTINGS.is_synthetic(source)
        else SETTINGS.sources[source]
    )


def delivery_mark(wildcards):
    """The mark of a whole invented delivery; nothing where the source is the user's."""
    invented = SETTINGS.is_synthetic(wildcards.source)
    return [f"{synthetic_folder(wildcards.source)}/synthetic.yaml"] if invented else []


def delivery_contents(wildcards):
    """A fingerprint of the user's files on which the reading of a source depends, wherever they lie.

    Empty where the folder cannot be looked into: the reading then says why.
    """
    if SETTINGS.is_synthetic(wildcards.source):
        return ""
    flows = source_kind(ROOT, wildcards.source) == FLOWS
    try:
        return digest((flow_files if flows else wave_files)(wildcards.source), HASHES)
    except DeliveryError:
        return ""


def wave_files(source):
    """Files of the waves in a panel's delivery."""
    register, wanted = load_source(ROOT, source), SETTINGS.waves[source]
    return [
        str(item.path)
        for item in list_files(SETTINGS.sources[source], register)
        if item.file == register.spec["main_file"] and item.wave in wanted
    ]


def flow_files(source):
    """Files of moves, and of the statistics that the studies want, in a delivery of moves between areas."""
    register = load_flow_source(ROOT, source)
    years = [int(year) for year in SETTINGS.waves[source]]
    wanted = {
        register.main,
        *variables(source, "required"),
        *variables(source, "optional"),
    }
    return [
        str(item.path)
        for item in find_flow_files(SETTINGS.sources[source], register)
        if item.registered.file in wanted
        and item.year in register.years_read(item.registered.file, years)
    ]


def variables(source, need):
    """Harmonised variables that the studies of this run want from a source; `need` is required or optional."""
    wanted = [
        name
        for study in STUDIES.values()
        if study.about.source == source
        for name in getattr(study.about, need)
    ]
    return list(dict.fromkeys(wanted))


def panel_name(study):
    """Name under which the panel of a study lies: its source, or for a mapped file the study itself."""
    source = STUDIES[study].about.source
    return study if source in MAPPED_SOURCES else source


def resources_of(study):
    """Public reference data that the frames of moves between areas are made with."""
    return resources_of_source(STUDIES[study].about.source)


def resources_of_source(source):
    """Public reference data that go with a source of moves between areas."""
    return (
        specs("resources", "flows/*", "areas/*")
        if FLOWS in (source, source_kind(ROOT, source))
        else []
    )


def boundaries_of(study):
    """What the maps of a study are drawn on."""
    figures = STUDIES[study].figures.values()
    return BOUNDARIES if any(figure.kind.on_ground for figure in figures) else []


def panel_of(wildcards):
    """Panel of a study's source."""
    return f"results/restricted/{panel_name(wildcards.study)}/panel.parquet"


def panel_losses_of(wildcards):
    """Losses between the raw rows and a study's panel."""
    return f"results/checks/{panel_name(wildcards.study)}/panel_losses.csv"


def mapping_of(wildcards):
    """The mapping of a study whose source is a mapped file."""
    return f"{FOLDERS[wildcards.study]}/mapping.yaml"


def mapped_contents(wildcards):
    """A fingerprint of the data that a study's mapping names, wherever they lie."""
    return digest(mapped_files(Path(mapping_of(wildcards))), HASHES)


def restricted_cells(study, tables):
    """Cells of tables of a study before judgement."""
    return [f"results/restricted/{study}/{table}.csv" for table in tables]


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


def planted_mark(study):
    """The mark of the invented delivery that says what was planted for a study; nothing where none does."""
    folder = synthetic_folder(STUDIES[study].about.source)
    return [f"{folder}/synthetic.yaml"] if study in planted_studies() else []


def truth_of(study):
    """The comparison with what was planted for a study; nothing where nothing was."""
    planted = study in planted_studies()
    return [f"results/checks/{study}/truth.csv"] if planted else []


def commands_of(study):
    """The models of a study in Stata and R, if it has models."""
    return [f"results/released/{study}/commands.csv"] if ESTIMATED[study] else []


def pictures_of(study):
    """Pictures of a study."""
    return expand(
        "reports/{study}/figures/{figure}.{kind}",
        study=study,
        figure=STUDIES[study].figures,
        kind=PICTURE_FILES,
    )


def files_of(study):
    """A study in every format of which it has one file; the first is its page."""
    return [f"reports/{study}/{form.address(study)}" for form in formats_of(STUDY)]


def table_folders_of(study):
    """Folders of the formats of which a study has one file a table."""
    folders = dict.fromkeys(form.folder for form in formats_of(TABLE))
    return [f"reports/{study}/{folder}" for folder in folders]


def checked_in_print():
    """Studies of this run that state what their printed numbers imply."""
    return [
        name for name, folder in FOLDERS.items() if specs(folder, "print_checks.yaml")
    ]


def planted_studies():
    """Studies of this run for which the invented delivery says what was planted."""
    return [
        name
        for name, study in STUDIES.items()
        if SETTINGS.is_synthetic(study.about.source) and study.about.module == name
    ]


def promised(_):
    """Every file of a whole run, so that one that is lost is made again or the run fails."""
    made = [*rules.render_index.output]
    for source in SOURCES:
        flows = source_kind(ROOT, source) == FLOWS
        reading = rules.read_flow_source if flows else rules.read_source
        made += expand(reading.output, source=source)
        if SETTINGS.is_synthetic(source):
            made += expand(rules.simulate.output, source=source)
    for study, loaded in STUDIES.items():
        if loaded.about.source in MAPPED_SOURCES:
            made += expand(rules.read_table.output, study=study)
        made += expand(rules.make_frames.output, study=study)
        made += restricted_cells(study, CURVES[study])
        for job in ("tabulate", "fit_models", "judge", "render"):
            made += outputs_of(f"{job}_{study}")
    return made


def outputs_of(name):
    """Outputs of a rule; none where the study needs no such job."""
    found = [each for each in workflow.rules if each.name == name]
    return [str(path) for each in found for path in each.output]
