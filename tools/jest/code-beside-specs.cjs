/**
 * Jest's resolver. What only tests need is compiled into `dist-spec`, the code into `dist`, from one tree of sources: a
 * spec that imports `./order.decider.js` has it beside itself in `src`, not in `dist-spec`. So a relative import that is
 * not found under `dist-spec` is looked for at the same place under `dist`, where every other package finds it as well:
 * each class is loaded once, and `instanceof` holds.
 */

/** @typedef {{ basedir: string, defaultResolver: (request: string, options: object) => string }} ResolverOptions */

const specs = /([\\/])dist-spec(?=[\\/]|$)/;

/** @type {(request: string, options: ResolverOptions) => string} */
module.exports = (request, options) => {
  try {
    return options.defaultResolver(request, options);
  } catch (error) {
    if (!/^\.{1,2}\//.test(request) || !specs.test(options.basedir)) throw error;
    return options.defaultResolver(request, { ...options, basedir: options.basedir.replace(specs, '$1dist') });
  }
};
