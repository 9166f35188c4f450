// pnpm loads this before it asks any registry.
require('./tools/setup/use-npm.cjs');
