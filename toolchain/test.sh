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

# With options only pytest with them; else set-up, checks, and all tests, the fast ones first.
run_tests() {
  local passed=0 failed=0
  if (($#)); then
    enter
    exec "$venv/bin/pytest" "$@"
  fi
  set_up
  "$venv/bin/python" -m toolchain.browser
  check "$venv/bin/ruff" check .
  check "$venv/bin/ruff" format --check .
  check "$venv/bin/mypy"
  echo "checks: $passed passed, $failed failed"
  ((failed == 0)) || exit 1
  exec "$venv/bin/pytest" -p toolchain.fast_first
}
