/*
 * `node tools/run.cjs <command>`: what every script of package.json starts with. Checks the version of Node.js before
 * anything is loaded that an old one cannot read, then installs and compiles what the command needs and runs it.
 */
'use strict';

var refusal = require('./setup/node-version.cjs').refusalOf(process.version);
if (refusal !== null) {
  console.error(refusal);
  process.exit(1);
} else {
  import('./setup/run-command.mjs').then(function (module) {
    return module.runCommand(process.argv[2], process.argv.slice(3));
  });
}
