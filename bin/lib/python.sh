# shellcheck shell=bash
# The virtual environment of the project: made with uv where there is one, else with venv and pip. Sourced after shell.sh.
PYTHON="$ROOT/.venv/bin/python"
MINIMUM="3.11"

# find_python: the first Python that is new enough, or one clear sentence.
find_python() {
  local candidate newest=""
  for candidate in ${SKILLSPOWER_PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c "import sys; sys.exit(sys.version_info < tuple(map(int, '$MINIMUM'.split('.'))))" >/dev/null 2>&1; then
      "$candidate" -c 'import sys; print(sys.executable)'; return
    fi
    newest="${newest:-$("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null || true)}"
  done
  stop_with "Skillspower needs Python $MINIMUM or newer${newest:+, here is $newest}: install one, or name it in SKILLSPOWER_PYTHON."
}

# find_uv: the uv to use, or nothing. A shim that cannot run does not count.
find_uv() { if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then command -v uv; fi; }

# make_environment: .venv, empty, unless it is there.
make_environment() {
  [ -x "$PYTHON" ] && return
  local python uv; python="$(find_python)" || exit 1; uv="$(find_uv)"
  say "making .venv${uv:+ with uv} ($("$python" -c 'import platform; print("Python", platform.python_version())'))"
  if [ -n "$uv" ]; then
    "$uv" venv -q --python "$python" "$ROOT/.venv"
  else
    "$python" -m venv "$ROOT/.venv" || stop_with "This Python cannot make virtual environments: install its venv module (Debian: python3-venv)."
  fi
}

# install_requirements FILE...: into .venv, by hash, unless exactly these files are installed already.
install_requirements() {
  local stamp="$ROOT/.venv/.requirements" wanted uv
  wanted="$(cd "$ROOT" && cat "$@" | cksum) $*"
  if [ -x "$PYTHON" ] && grep -qxF "$wanted" "$stamp" 2>/dev/null; then return; fi
  make_environment
  uv="$(find_uv)"
  local files=() file; for file in "$@"; do files+=(-r "$ROOT/$file"); done
  local before=$SECONDS
  if [ -n "$uv" ]; then
    say "installing $* with uv"
    "$uv" pip install -q --python "$PYTHON" --require-hashes "${files[@]}" </dev/null
  else
    say "installing $* with pip; this takes a minute or two (uv, where it is installed, needs seconds)"
    "$PYTHON" -m pip install -q --disable-pip-version-check --require-hashes "${files[@]}" </dev/null
    say "pip took $((SECONDS - before)) s"
  fi
  echo "$wanted" >>"$stamp"
}

# install_browser_libraries [--dev]: hls.js and its like, by package-lock.json, to var/vendor/.
install_browser_libraries() { "$PYTHON" "$ROOT/bin/lib/vendor.py" --uv "$(find_uv)" "$@"; }
