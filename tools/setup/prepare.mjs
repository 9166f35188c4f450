/** Brings about what a command needs: the packages of the lock file, and everything compiled from the sources here. */
import { build } from './build.mjs';
import { buildState } from './built.mjs';
import { installPackages } from './install.mjs';
import { requireOpenFiles } from './limits.mjs';
import { installedPackages } from './packages.mjs';
import { say } from './stage.mjs';
import { inTurn } from './turn.mjs';

/**
 * @param {string} root
 * @param {import('./commands.mjs').Command} command
 * @param {{ asBuilt?: boolean }} [options] `asBuilt`: takes what was compiled before as it is
 * @throws SetupProblem
 */
export const prepare = (root, { needs, development = false, service = false }, { asBuilt = false } = {}) => {
  if (service) requireOpenFiles();
  if (needs === 'nothing') return Promise.resolve();
  return inTurn(root, async () => {
    const installed = installedPackages(root);
    const withoutCompiler = installed.state === 'production' && !development;
    if (withoutCompiler && (needs === 'packages' || asBuilt || buildState(root) === 'built')) {
      if (needs !== 'packages') say('runs what was compiled before; the compiler was left out of this installation');
      return;
    }
    if (installed.state === 'production') await installPackages(root, 'development packages were left out');
    if (installed.state === 'missing') await installPackages(root, installed.reason);
    if (needs !== 'packages' && !asBuilt) await build(root, { withSpecs: needs === 'specs' });
  });
};
