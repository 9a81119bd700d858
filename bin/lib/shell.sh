# shellcheck shell=bash
# What the commands in bin/ share: where things are, how they speak, which Python they take. Sourced, never run.
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
VAR="${SKILLSPOWER_VAR:-$ROOT/var}"
STARTED_AT=${STARTED_AT:-$SECONDS}
# Compiled modules are kept also where the environment says not to: our processes import 2,800 modules each, which is
# 7 s of CPU for every one of them otherwise.
unset PYTHONDONTWRITEBYTECODE

# say TEXT: one line of progress with the seconds since the command began.
say() { printf '%3ds  %s\n' "$((SECONDS - STARTED_AT))" "$*" >&2; }

# stop_with TEXT: one clear sentence, then the end.
stop_with() { printf '%s\n' "$*" >&2; exit 1; }

# alive PID: kill -0 says yes to a zombie too, which a container without a reaping init keeps for ever.
alive() { [ -n "${1:-}" ] && kill -0 "$1" 2>/dev/null && [ "$(ps -o stat= -p "$1" 2>/dev/null | cut -c1)" != Z ]; }

# wait_for SECONDS COMMAND...: until the command succeeds; fails when the time is over.
wait_for() {
  local tries=$(( $1 * 10 )); shift
  for _ in $(seq 1 "$tries"); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done
  return 1
}

# may_install: whether this machine lets us install system packages (root on Debian or a child of it).
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

# install_packages NAME...: from the system's own packages, without starting the services they bring.
install_packages() {
  say "installing $* from the system's packages"
  mkdir -p "$VAR/log"
  if [ -z "${APT_UPDATED:-}" ]; then
    apt-get update -qq >"$VAR/log/apt.log" 2>&1 || true
    APT_UPDATED=1
  fi
  # RUNLEVEL=1: invoke-rc.d then starts nothing; a cluster of the system's own on port 5432 is not ours to start.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >>"$VAR/log/apt.log" 2>&1 </dev/null \
    || { tail -5 "$VAR/log/apt.log" >&2; return 1; }
}

# free_port: a TCP port on loopback that nobody listens on now.
free_port() { "$(any_python)" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# any_python: some Python 3, for one-liners that need no library.
any_python() {
  local candidate
  for candidate in "$ROOT/.venv/bin/python" python3 python3.13 python3.12 python3.11 python; do
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1 && { echo "$candidate"; return; }
  done
  stop_with "Skillspower needs Python 3.11 or newer; there is no python3 on PATH."
}
