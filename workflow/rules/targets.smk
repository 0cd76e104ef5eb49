# Named targets: `snakemake -c2 all` (everything), tables, figures, checks, backtest, choices, or the name of a study.
<<<<<<< HEAD
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


=======
>>>>>>> house
rule tables:
    input:
        [f"reports/{study}/index.html" for study in STUDIES],


rule figures:
    input:
        [
            f"reports/{study}/figures/{figure}.svg"
            for study, spec in STUDIES.items()
            for figure in spec.figures
        ],


rule checks:
    input:
        expand("results/checks/{study}/losses.csv", study=STUDIES),
        expand("results/checks/{study}/disclosure.csv", study=STUDIES),
        expand("results/checks/{study}/print.csv", study=checked_in_print()),


rule backtest:
    input:
        expand("results/checks/{study}/backtest.csv", study=STUDIES),
        expand("results/checks/{study}/truth.csv", study=planted_studies()),


rule choices:
    input:
        expand(
            "results/checks/{study}/choices.csv",
            study=[name for name, study in STUDIES.items() if study.choices],
        ),


for name in STUDIES:

    rule:
        name:
            name
        input:
            f"reports/{name}/index.html",
