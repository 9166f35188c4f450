# shellcheck shell=bash
# Sourced by the checks: how they start a shop and end it. The shop's process is `$shop`, empty when none runs.
shop=

is_running() { kill -0 "$1" 2>/dev/null; }

free_port() {
  node -e 'const server = require("node:net").createServer().listen(0, "127.0.0.1", () => {
    console.log(server.address().port);
    server.close();
  });'
}

# within SECONDS COMMAND... - 0 as soon as the command succeeds, 124 after the time.
within() {
  local tenths=$((10 * $1))
  shift
  for (( ; tenths > 0; tenths--)); do
    if "$@"; then return 0; fi
    sleep 0.1
  done
  return 124
}

is_ready_or_over() { grep -qs '^ready ' "$1" || ! is_running "$shop"; }
is_over() { ! is_running "$shop"; }

# until_ready LOG SECONDS - 0 once it has said `ready`, 1 when it ended before, 124 when it took longer.
until_ready() { within "$2" is_ready_or_over "$1" && grep -qs '^ready ' "$1"; }

# url_in LOG - the address it is ready at.
url_in() { sed -n 's/^ready \(http[^ ]*\).*/\1/p' "$1"; }

# stop_shop - its own exit code after SIGTERM; 124 when it has not ended within a minute.
stop_shop() {
  local code=124 ending=$shop
  kill -TERM "$shop" 2>/dev/null
  if within 60 is_over; then
    wait "$ending"
    code=$?
  else
    kill -KILL "$shop"
  fi
  shop=
  return "$code"
}

# kill_shop - for a script that ends early.
kill_shop() { if [[ -n $shop ]] && is_running "$shop"; then kill -KILL "$shop"; fi; }
