# The entry: what to run is in config.yaml, how to run it in profiles/. Rules are in workflow/rules/, a stage a file.
from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


# The first page of `snakemake --report`; what is marked with `result` is its section Results.
report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/targets.smk"
include: "workflow/rules/sources.smk"
include: "workflow/rules/studies.smk"
include: "workflow/rules/reports.smk"
include: "workflow/rules/checker.smk"


onstart:
    make_private("results/restricted")
    start_ahead()


rule all:
    default_target: True
    input:
        asked_for,


# Dates decide nothing about what comes from outside: a new edition of a delivery may be older than the last run.
for each in workflow.rules:
    if each.script:
        each.set_params(contents=partial(contents, each.script))
