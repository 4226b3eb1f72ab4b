#!/usr/bin/env bash
# Replays the suite and fails if it runs less of cozepy than api/tests/coze/README.md promises: 97 % of the statements, 90 % of
# the branches. It takes two to three times as long as a replay without that. Arguments go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
report=.venv/coverage-of-cozepy.json
.venv/bin/pytest -q api/tests/coze --cov=cozepy --cov-branch --cov-report="json:$report" "$@"
.venv/bin/python - "$report" <<'PYTHON'
import json, sys
totals = json.load(open(sys.argv[1]))["totals"]
statements = 100 * totals["covered_lines"] / totals["num_statements"]
branches = 100 * totals["covered_branches"] / totals["num_branches"]
print(f"cozepy: {statements:.1f} % of its statements, {branches:.1f} % of its branches")
sys.exit(f"less than 97 % or 90 %: {sys.argv[1]} names what is missing" if statements < 97 or branches < 90 else 0)
PYTHON
