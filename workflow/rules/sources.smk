# From files to panels.
rule simulate:
    input:
        registers=invented_from,
        published=specs("studies", "*/published/*.csv", "*/groups/*.csv"),
    output:
        mark="results/restricted/synthetic/{source}/synthetic.yaml",
    log:
        "logs/simulate_{source}.log",
    priority: FIRST["simulate"]
    conda:
        ENVIRONMENT
    params:
        **SETTINGS.synthetic,
        resources=RESOURCES,
    script:
        "../scripts/simulate.py"


rule read:
    input:
        delivery_mark,
        registers=registers_of,
    output:
        panel="results/restricted/{source}/panel.parquet",
        losses="results/checks/{source}/panel_losses.csv",
        delivery="results/checks/{source}/delivery.csv",
        provenance="results/checks/{source}/provenance.yaml",
    log:
        "logs/read_{source}.log",
    priority: FIRST["read"]
    conda:
        ENVIRONMENT
    params:
        delivery=delivery_contents,
        code=code_of("read.py"),
        resources=RESOURCES,
        request=lambda wildcards: vars(REQUESTS[wildcards.source]),
    script:
        "../scripts/read.py"
