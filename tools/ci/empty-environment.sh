#!/usr/bin/env bash
# README's commands on a machine that knows nothing: a fresh copy of what git has, an environment of PATH and HOME only,
# as root and as an ordinary user (without root: as who this is). Then what a command says that cannot run.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

work=$(mktemp -d)
chmod 755 "$work"
system=
clean_up() {
  if [[ -n $system ]] && kill -0 "$system" 2>/dev/null; then kill -KILL "$system"; fi
  rm -rf "$work"
}
trap clean_up EXIT
failed=0
ordinary=(setpriv --reuid=65533 --regid=65533 --clear-groups)

free_port() {
  node -e 'const server = require("node:net").createServer().listen(0, "127.0.0.1", () => {
    console.log(server.address().port);
    server.close();
  });'
}

# fail SENTENCE [LOG]
fail() {
  failed=1
  echo "FAILED: $1"
  [[ $# -lt 2 ]] || tail -n 40 "$2"
}

# as USER COMMAND... - in the copy, in an empty environment.
as() (
  local user=$1
  shift
  local become=()
  [[ $user == ordinary && $(id -u) -eq 0 ]] && become=("${ordinary[@]}")
  # In the background this process itself becomes the command, so that a signal arrives.
  cd "$work/$user" && exec env -i PATH="$PATH" HOME="$work/home-$user" "${become[@]}" "$@"
)

# The command's own process is what `exec` makes of the shell, so npm is left out where a signal is to arrive.
two_commands() {
  local user=$1
  mkdir -p "$work/$user" "$work/home-$user/.npm"
  git ls-files -z | xargs -0 cp --parents -t "$work/$user"
  [[ $user == ordinary && $(id -u) -eq 0 ]] && chown -R 65533:65533 "$work/$user" "$work/home-$user"
  as "$user" npm test -- tools/setup >"$work/$user.log" 2>&1 || fail "npm test as $user" "$work/$user.log"
  grep -q '^setup: installed ' "$work/$user.log" || fail "npm test as $user did not install" "$work/$user.log"
  port=$(free_port)
  as "$user" env PORT="$port" node tools/run.cjs start >"$work/$user.log" 2>&1 &
  system=$!
  for ((tenths = 0; tenths < 1200; tenths++)); do
    grep -q '^ready ' "$work/$user.log" && break
    kill -0 "$system" 2>/dev/null || break
    sleep 0.1
  done
  local url
  url=$(sed -n 's/^ready \(http[^ ]*\).*/\1/p' "$work/$user.log")
  if [[ -z $url ]]; then
    fail "npm start as $user" "$work/$user.log"
  else
    demo=$(as "$user" env PUBLIC_URL="$url" TERM=dumb npm run demo 2>&1 | head -n 3; echo "${PIPESTATUS[0]}")
    [[ ${demo##*$'\n'} -eq 0 && $demo != *'    at '* ]] || fail "npm run demo | head -3: $demo"
    as "$user" env PUBLIC_URL="$url" TERM=dumb npm run demo >"$work/demo.log" 2>&1 || fail "npm run demo as $user" "$work/demo.log"
    grep -q $'\e' "$work/demo.log" "$work/$user.log" && fail "escape codes in a pipe as $user"
  fi
  # Bash may keep a shell of its own around the command.
  local target=$system
  [[ $(cat "/proc/$system/comm" 2>/dev/null) == bash ]] && target=$(tr -d ' ' <"/proc/$system/task/$system/children")
  kill -TERM "$target" 2>/dev/null
  wait "$system" || fail "npm start as $user ends with $?" "$work/$user.log"
  system=
  echo "as $user: done"
}

# refuses SENTENCE COMMAND... - exit code other than 0, the sentence, no stack.
refuses() {
  local sentence=$1 said code
  shift
  said=$("$@" 2>&1)
  code=$?
  if [[ $code -eq 0 || $said != *"$sentence"* || $said == *'    at '* || $said == *goroutine* ]]; then
    fail "should have said '$sentence' ($code): $said"
  else
    echo "says: $sentence"
  fi
}

users=(ordinary)
[[ $(id -u) -eq 0 ]] && users+=(root)
for user in "${users[@]}"; do two_commands "$user"; done

tree=$work/ordinary
refuses 'Only 512 files may be open' as ordinary bash -c 'ulimit -Sn 512 -Hn 512; exec node tools/run.cjs start'

# A production installation with a build runs; without one and with nobody who may write it says what to do.
as ordinary npm prune --omit=dev --no-audit --no-fund >/dev/null 2>&1 || fail 'npm prune --omit=dev'
as ordinary npm run --silent keys -- status 2>&1 | grep -q 'runs what was compiled before' || fail 'npm run keys without development packages'
as ordinary env PORT="$(free_port)" timeout --preserve-status -s TERM 20 node tools/run.cjs start >"$work/production.log" 2>&1
grep -q '^ready ' "$work/production.log" || fail 'npm start without development packages' "$work/production.log"
if [[ $(id -u) -eq 0 ]]; then
  as ordinary npm ci --no-audit --no-fund --prefer-offline >/dev/null 2>&1 || fail 'npm ci'
  chown -R 0:0 "$tree"
  mkdir "$work/data" && chown 65533:65533 "$work/data"
  as ordinary env PORT="$(free_port)" DATA_DIR="$work/data" timeout --preserve-status -s TERM 30 node tools/run.cjs start >"$work/read-only.log" 2>&1
  grep -q '^ready ' "$work/read-only.log" || fail 'npm start in a built tree of somebody else' "$work/read-only.log"
  find "$tree/apps" "$tree/libs" -name dist -type d -prune -exec rm -rf {} +
  refuses 'Nothing is compiled yet, and nothing may be written' as ordinary npm start
  rm -rf "$tree/node_modules"
  refuses 'The packages are not installed, and nothing may be written' as ordinary npm run keys -- status
  chown -R 65533:65533 "$tree"
fi
rm -rf "$tree/node_modules" "$work/home-ordinary/.npm"
refuses 'the package registry cannot be reached' as ordinary env npm_config_registry=http://127.0.0.1:9/ npm start
exit "$failed"
