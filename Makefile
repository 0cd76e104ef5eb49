# make report: set up, run everything in config.yaml, end by naming what to open
# make test:   set up, run the tests          make lint: style, types and architecture
# make bench:  timings beside other programs, longer proofs and the long tests: benchmarks/story.md, docs/quality/bench-history.csv
#              some of it: make bench PARTS="counts models"; which parts there are and how long they take: make bench PARTS=--list
# make package: the last run as a replication package, package/replication.zip, without data, and beside it Snakemake's own report
# make serve: the API, the explorer and the careerometer at http://127.0.0.1:8000, from real printed numbers
# make wheelhouse: a folder of packages for a machine without internet; there: make report WHEELHOUSE=FOLDER
PYTHON ?= python3.11
CORES  ?= 2
BIN    := .venv/bin
READY  := .venv/.ready

report: $(READY)
	$(BIN)/python workflow/run.py --cores $(CORES)

test: $(READY)
	$(BIN)/python -m pytest -n $(CORES) --dist loadfile --no-loadscope-reorder

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/snakemake --lint

bench: $(READY)
	$(BIN)/python workflow/bench $(PARTS)

package: $(READY)
	$(BIN)/mobility package
	$(BIN)/snakemake --quiet all --report package/snakemake-report.zip

# serve: answer from the promoted release at http://127.0.0.1:8000; the first time it is made from the open tables
serve: $(READY) releases/current
	$(BIN)/mobility serve

releases/current: | $(READY)
	$(BIN)/python workflow/run.py --cores $(CORES) -- results/released/uk_occupations/backtest.csv
	$(BIN)/mobility release stage --studies uk_occupations
	$(BIN)/mobility release commit
	$(BIN)/mobility release promote

wheelhouse:
	$(PYTHON) workflow/wheelhouse.py pack "$(or $(WHEELHOUSE),wheelhouse)"

# docs: the reference pages, after a change of a schema, register or choice, and what the documentation shows of a run
# lock: after a change of dependencies in pyproject.toml; needs uv
docs:
	$(BIN)/python docs/make_reference.py
	$(BIN)/python docs/make_runs.py

lock:
	uv pip compile --universal --generate-hashes --group dev pyproject.toml -p 3.11 --no-header --no-annotate -o requirements.lock
	$(PYTHON) workflow/lock.py

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
ifdef WHEELHOUSE
	$(BIN)/python workflow/wheelhouse.py install "$(WHEELHOUSE)"
else
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
endif
	$(BIN)/python -m compileall -q src workflow  # as pip does with packages: else each process may compile it anew
	touch $@

.PHONY: report test lint bench package serve wheelhouse lock docs
