# A bundle in place of every registry: sourced by `ops setup --from-bundle FILE`, before there is an environment.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # root is ops' own; what is set here is venv.sh's

# Sets `bundle_file` to the word behind --from-bundle, as seen from where we were called.
choose_bundle() {
  local word previous=
  bundle_file=
  for word in "$@"; do
    [[ $previous != --from-bundle ]] || bundle_file=$word
    [[ $word != --from-bundle=* ]] || bundle_file=${word#*=}
    previous=$word
  done
  [[ -n $bundle_file ]] || die 2 "--from-bundle wants a file." "  do: ./ops setup --from-bundle FILE"
  bundle_file=$(realpath -m -- "$bundle_file")
}

# Verifies the bundle, lays it out, and tells pip and the set-up to take everything from there; one at a time.
open_bundle() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/bem-operations python
  # shellcheck source=toolchain/venv.sh
  source "$root/toolchain/venv.sh"
  choose_bundle "$@"
  python=$(find_python) || die 1 "No Python of 3.11 or newer is on PATH." "  do: install python3."
  mkdir -p "$cache"
  exec {bundle_lock}>"$cache/bundle.lock"
  flock "$bundle_lock"
  bundle=$cache/bundle.open
  trap 'rm -rf "$bundle"' EXIT
  echo "  … verify $bundle_file" >&2
  bundle_python=$(cd "$root" && "$python" -B -m toolchain.bundle.opening "$bundle_file" "$bundle" "$root")
  pip_options=(--no-index --find-links "$bundle/wheels")
}
