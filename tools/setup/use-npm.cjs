/* What pnpm (older than 9) and Yarn run instead of themselves: only npm knows the lock file and links the workspace packages by it. */
'use strict';

console.error('This repository is installed with npm: use `npm start` or `npm test`, which install what they need.');
process.exit(1);
