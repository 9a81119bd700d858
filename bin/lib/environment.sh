# shellcheck shell=bash
# The environment of the running demo: production settings, secrets made once, the services named at its last start.
# Sourced after shell.sh and python.sh. What the caller's environment says wins.
export SKILLSPOWER_VAR="$VAR" PYTHONPATH="$ROOT:$ROOT/site" PYTHONUNBUFFERED=1
export DJANGO_SETTINGS_MODULE="${DJANGO_SETTINGS_MODULE:-skillspower.settings.production}"
SERVICES="DATABASE_URL DATABASE_OWNER_URL REDIS_URL ELASTICSEARCH_URL SEARCH_INDEX_PREFIX SITE_URL ALLOWED_HOSTS DEMO_MODE LOG_FORMAT"

# make_secrets: var/secrets.env, readable by its owner only; made once, because encrypted fields outlive a start.
make_secrets() {
  [ -s "$VAR/secrets.env" ] && return
  mkdir -p "$VAR"
  ( umask 077; "$(any_python)" - >"$VAR/secrets.env" <<'PY'
import base64, secrets
key = lambda n: base64.b64encode(secrets.token_bytes(n)).decode()
print("SECRET_KEY=" + secrets.token_urlsafe(50))
print("FIELD_KEYS=k1:" + key(32))
print("BLIND_INDEX_KEY=" + key(32))
PY
  )
}

# load_file FILE: NAME=value lines into the environment, except where the caller has named a value.
load_file() {
  local line name value
  [ -f "$1" ] || return 0
  while IFS= read -r line; do  # not IFS='=': that would eat the last character of base64
    name="${line%%=*}" value="${line#*=}"
    [ -n "${!name+set}" ] || export "$name=$value"
  done <"$1"
}

# keep_services: what this start was told, for bin/manage in another shell.
keep_services() {
  local name
  ( umask 077; for name in $SERVICES; do [ -z "${!name:-}" ] || printf '%s=%s\n' "$name" "${!name}"; done >"$VAR/demo.env" )
}
