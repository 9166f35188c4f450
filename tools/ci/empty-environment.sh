#!/usr/bin/env bash
# README's commands on a new machine: a fresh copy of what git has, an environment of PATH and HOME only,
# as an ordinary user (without root: as who this is) and, started as root, as root. Then what a command says that cannot
# run. One installation serves all of it: the other trees are made of its files.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/ci/shop.sh

work=$(mktemp -d)
chmod 755 "$work"
clean_up() {
  kill_shop
  rm -rf "$work"
}
trap clean_up EXIT
failed=0
is_root=$([[ $(id -u) -eq 0 ]] && echo yes || echo no)
# PostgreSQL wants a user with an entry in /etc/passwd.
user=$(id -u nobody)
group=$(id -g nobody)

# fail SENTENCE [LOG]
fail() {
  failed=1
  echo "FAILED: $1"
  [[ $# -lt 2 ]] || tail -n 40 "$2"
  return 1
}

# become USER TREE COMMAND... - this process becomes the command, in that tree, in an empty environment.
become() {
  trap - EXIT
  local name=$1 tree=$2 as=()
  shift 2
  [[ $name == ordinary && $is_root == yes ]] && as=(setpriv --reuid=$user --regid=$group --clear-groups)
  cd "$work/$tree" && exec env -i PATH="$PATH" HOME="$work/home-$name" TERM=dumb "${as[@]}" "$@"
}
as() (become "$@")

give_to_ordinary() { if [[ $is_root == yes ]]; then chown -R $user:$group "$@"; fi; }

# copy_of TREE NAME - by hard links; what npm writes in place is a file of its own.
copy_of() {
  cp -al "$work/$1" "$work/$2"
  local list
  for list in package-lock.json node_modules/.package-lock.json; do
    cp --remove-destination -p "$work/$1/$list" "$work/$2/$list"
  done
}

# starts USER TREE - `ready`, or a failure; the log is TREE.log.
starts() {
  rm -rf "$work/data-$2"
  : >"$work/$2.log"
  mkdir "$work/data-$2"
  [[ $1 == ordinary ]] && give_to_ordinary "$work/data-$2"
  become "$1" "$2" env PORT="$(free_port)" DATA_DIR="$work/data-$2" node tools/run.cjs start >"$work/$2.log" 2>&1 &
  shop=$!
  until_ready "$work/$2.log" 120 && return
  fail "npm start as $1 in the tree $2" "$work/$2.log"
  kill_shop
  return 1
}

# ends TREE - in order.
ends() {
  stop_shop || fail "npm start in the tree $1 ends with $?" "$work/$1.log"
}

# demo USER TREE - always 0: what fails is counted, and the shop is ended either way. Runs it whole, and once with a reader
# that leaves early; in a pipe it must print no colours.
demo() {
  local url said
  url=$(url_in "$work/$2.log")
  said=$(
    as "$1" "$2" env PUBLIC_URL="$url" DATA_DIR="$work/data-$2" npm run demo 2>&1 | head -n 3
    echo "${PIPESTATUS[0]}"
  )
  [[ ${said##*$'\n'} -eq 0 && $said != *'    at '* ]] || fail "npm run demo | head -3: $said"
  as "$1" "$2" env PUBLIC_URL="$url" DATA_DIR="$work/data-$2" npm run demo >"$work/demo.log" 2>&1 ||
    fail "npm run demo as $1" "$work/demo.log"
  ! grep -q $'\e' "$work/demo.log" "$work/$2.log" || fail "escape codes in a pipe as $1"
  return 0
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

# A newcomer: the first command installs and compiles.
mkdir -p "$work/clone" "$work/home-ordinary/.npm" "$work/home-root"
git ls-files -z | xargs -0 cp --parents -t "$work/clone"
give_to_ordinary "$work/clone" "$work/home-ordinary"
as ordinary clone npm test -- tools/setup >"$work/test.log" 2>&1 || fail 'npm test' "$work/test.log"
grep -q '^setup: installed ' "$work/test.log" || fail 'npm test did not install' "$work/test.log"
starts ordinary clone && demo ordinary clone && ends clone && echo 'as an ordinary user: done'
refuses 'Only 512 files may be open' as ordinary clone bash -c 'ulimit -Sn 512 -Hn 512; exec node tools/run.cjs start'

# A production installation with a build runs.
copy_of clone production
as ordinary production npm prune --omit=dev --no-audit --no-fund >/dev/null 2>&1 || fail 'npm prune --omit=dev'
as ordinary production npm run --silent keys -- status 2>&1 | grep -q 'runs what was compiled before' ||
  fail 'npm run keys without development packages'
starts ordinary production && ends production && echo 'without development packages: done'
rm -rf "$work/production"

# Root, and the tree of another user: what is compiled runs; what is missing and may not be written is named.
if [[ $is_root == yes ]]; then
  chown -R 0:0 "$work/clone"
  starts root clone && demo root clone && ends clone && echo 'as root: done'
  starts ordinary clone && ends clone && echo "in the tree of another user: done"
  find "$work/clone/apps" "$work/clone/libs" -name dist -type d -prune -exec rm -rf {} +
  refuses 'Nothing is compiled yet, and nothing may be written' as ordinary clone npm start
  rm -rf "$work/clone/node_modules"
  refuses 'The packages are not installed, and nothing may be written' as ordinary clone npm run keys -- status
  give_to_ordinary "$work/clone"
fi
rm -rf "$work/clone/node_modules" "$work/home-ordinary/.npm"
refuses 'the package registry cannot be reached' as ordinary clone env npm_config_registry=http://127.0.0.1:9/ npm start
exit "$failed"
