# The Python environment of the checkout: sourced by `ops` when it is missing, stale or half-made.
# shellcheck shell=bash
# shellcheck disable=SC2154  # root, venv and wanted are ops' own

# Whether a Python is new enough; with `whole`, whether it can also make an environment.
python_fits() {
  local also='pass'
  [[ ${2-} != whole ]] || also='import ensurepip, venv'
  [[ -z ${bundle_python-} ]] || also+="; assert '%d.%d' % sys.version_info[:2] == '$bundle_python'"
  "$1" -I -c "import sys; assert sys.version_info >= (3, 11); $also" 2>/dev/null
}

# Prints the first Python that fits.
find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
    if python_fits "$candidate" "$@"; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

# Debian keeps ensurepip in a package of its own.
install_ensurepip() {
  local remedy="  do: apt-get install python3-venv (as root), then type the same command again."
  find_python >/dev/null ||
    die 1 "No Python of ${bundle_python:-3.11 or newer} is on PATH." "  do: install python${bundle_python:-3}."
  if ((EUID)) || ! command -v apt-get >/dev/null; then
    die 1 "Python cannot make a virtual environment here." "$remedy"
  fi
  if [[ -n ${bundle-} ]]; then
    (cd "$root" && "$(find_python)" -B -m toolchain.bundle.debs "$bundle/debs" python3-venv) ||
      die 1 "python3-venv could not be installed from the bundle." "$remedy"
    return
  fi
  apt-get install --yes python3-venv ||
    { apt-get update && apt-get install --yes python3-venv; } || die 1 "python3-venv could not be installed." "$remedy"
}

# Fills .venv; the stamp comes last and at once, so that whatever was cut short is made anew.
fill_venv() {
  local python site
  find_python whole >/dev/null || DEBIAN_FRONTEND=noninteractive install_ensurepip
  python=$(find_python whole)
  rm -rf "$venv"
  "$python" -I -m venv "$venv"
  "$venv/bin/python" -I -m pip install --disable-pip-version-check --no-input --require-hashes \
    ${pip_options[@]+"${pip_options[@]}"} --requirement "$root/requirements.txt"
  site=$("$venv/bin/python" -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  printf '%s\n' "$root" >"$site/bem-operations.pth"
  printf '%s\n' "$wanted" >"$venv/stamp.new"
  mv "$venv/stamp.new" "$venv/stamp"
}

# One at a time; the lock is inherited by pip, so an orphan of a killed run is waited for.
make_venv() {
  local lock log status started=$SECONDS
  (umask 077 && mkdir -p "$root/.ops/logs")
  exec {lock}>"$root/.ops/venv.lock"
  flock "$lock"
  if ! venv_is_whole; then
    log=$root/.ops/logs/$(date -u +%Y%m%dT%H%M%S)-python.log
    echo "  … Python environment (log: $log)" >&2
    set +e # in an `if` or before `||`, the shell within would go on after an error
    (set -e && fill_venv) >"$log" 2>&1 </dev/null
    status=$?
    set -e
    ((status == 0)) || die 1 "The Python environment could not be made:" "$(tail -n 8 "$log" | sed 's/^/    /')"
    echo "  ✓ Python environment ($((SECONDS - started)) s)" >&2
  fi
  exec {lock}>&-
}
