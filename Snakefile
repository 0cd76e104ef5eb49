# The entry: what to run is in config.yaml, how to run it in profiles/. Rules are in workflow/rules/, a stage a file.
from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/targets.smk"
include: "workflow/rules/sources.smk"
include: "workflow/rules/studies.smk"
include: "workflow/rules/reports.smk"


rule all:
    default_target: True
    input:
        "reports/index.html",
