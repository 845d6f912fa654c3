# All checks and tests: sourced by `ops test`.
# shellcheck shell=bash
# shellcheck disable=SC2154  # venv is ops' own

# Runs one check; counts it, and shows what it said only when it failed.
check() {
  local said
  if said=$("$@" 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf '✗ %s\n%s\n' "${*#"$venv/bin/"}" "$said"
  fi
}

# Scripts by their first line, whatever they are called.
scripts() {
  find ops .ci infra toolchain tests -type f -exec awk 'FNR == 1 && /^#!.*sh$/ { print FILENAME } { nextfile }' {} + 2>/dev/null
}

# Python that runs in an image and imports its neighbours there by their plain names.
types_in_images() {
  local strictly=("$venv/bin/mypy" --config-file= --strict --python-version 3.13 --scripts-are-modules)
  MYPYPATH=infra/images/object-store "${strictly[@]}" infra/images/object-store/*.py &&
    "${strictly[@]}" infra/images/database/bin/wal-runs &&
    "${strictly[@]}" infra/images/database/bin/timeline-histories
}

# The checks, and how many passed.
check_all() {
  local passed=0 failed=0 scripts
  check "$venv/bin/ruff" check .
  check "$venv/bin/ruff" format --check .
  check "$venv/bin/mypy"
  check types_in_images
  mapfile -t scripts < <(scripts)
  if [[ -x $venv/bin/shellcheck ]]; then # it is not made for every machine
    check "$venv/bin/shellcheck" -x "${scripts[@]}"
  fi
  echo "checks: $passed passed, $failed failed"
  ((failed == 0))
}

# With options only pytest with them; else set-up, checks meanwhile, and all tests.
run_tests() {
  local said checks
  enter
  unset PYTHONDONTWRITEBYTECODE # else each of some hundred processes compiles all modules and tests anew
  if (($#)); then
    exec "$venv/bin/pytest" "$@"
  fi
  exec {said}< <(check_all)
  checks=$!
  set_up
  "$venv/bin/python" -m toolchain.browser
  cat <&"$said"
  wait "$checks" || exit 1
  exec {said}<&-
  exec "$venv/bin/pytest"
}
