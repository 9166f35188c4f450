/** @typedef {import('./projects.mjs').Project} Project */
/** @typedef {{ tag: string, may: string[], never?: string[] }} Constraint */

/**
 * Who may import whom, in Nx tags. The first row that fits a package is its law; what it does not allow is forbidden.
 * `never` holds for specs too.
 *
 * @type {Constraint[]}
 */
const constraints = [
  { tag: 'scope:kernel', may: [] },
  {
    tag: 'scope:platform', // the composition root: the one lib that sees the adapters, and the register they serve
    may: [
      'scope:kernel',
      'scope:contracts',
      'scope:service',
      'scope:personal-data',
      'scope:event-store',
      'scope:database',
      'scope:messaging',
      'scope:projections',
      'scope:processor-register',
    ],
  },
  // Beside the shop: a bench measures a lib and a generator reads an app; nothing of the shop needs them.
  { tag: 'type:tools', may: ['type:app', 'type:lib', 'scope:testing'] },
  { tag: 'scope:testing', may: ['scope:kernel', 'scope:database'] },
  { tag: 'type:lib', may: ['scope:kernel'] },
  { tag: 'scope:standalone', may: ['type:app', 'type:lib'] }, // an app exports its module and nothing else
  // Of the register it has the HTML of its pages.
  {
    tag: 'scope:gateway',
    may: ['scope:kernel', 'scope:contracts', 'scope:service', 'scope:platform', 'scope:processor-register'],
  },
  { tag: 'scope:console', may: ['scope:kernel', 'scope:contracts', 'scope:service', 'scope:platform'] },
  { tag: 'scope:relay', may: ['type:lib'], never: ['scope:personal-data'] },
  { tag: 'type:app', may: ['type:lib'] },
];

/** @type {(tags: readonly string[], project: Project) => boolean} */
const fits = (tags, project) => tags.some((tag) => project.tags.includes(tag));

/** @param {Project} project @returns {Required<Constraint>} */
const lawOf = (project) => {
  const law = constraints.find(({ tag }) => project.tags.includes(tag));
  if (law === undefined)
    throw new Error(`${project.root}/package.json has no nx.tags: type:lib|app|tools and scope:<name>`);
  return { never: [], ...law };
};

/**
 * What is wrong with `importer` importing `imported`; `undefined` when nothing is.
 *
 * @param {Project} importer
 * @param {Project} imported
 * @param {{ inSpec: boolean }} where
 * @returns {string | undefined}
 */
export const objection = (importer, imported, { inSpec }) => {
  const law = lawOf(importer);
  const mayBeImported = fits(law.may, imported);
  if (importer.name === imported.name) return 'A package does not import itself by name.';
  if (fits(law.never, imported)) return `${importer.name} never sees ${imported.name}.`;
  // A sandbox is in place of a system of others: a spec may start it as it starts a database.
  const isSandbox = inSpec && fits(['scope:processor-sandbox', 'scope:event-store-sandbox'], imported);
  if (imported.tags.includes('type:tools')) return 'Nothing imports the tools.';
  if (imported.tags.includes('type:app') && !mayBeImported && !isSandbox) return 'Only standalone imports an app.';
  if (imported.tags.includes('scope:testing') && !inSpec && !law.may.includes('scope:testing'))
    return 'libs/testing is imported by specs only.';
  if (!inSpec && !mayBeImported)
    return `${importer.name} may import ${law.may.join(', ') || 'no package'} only: reach the rest through a port of the kernel.`;
  const named = inSpec ? [...importer.dependencies, ...importer.devDependencies] : importer.dependencies;
  if (!named.includes(imported.name)) return `${importer.root}/package.json does not name this package.`;
  return undefined;
};

/**
 * What a package's tsconfig.spec.json builds first: its code, what only its specs import, the test support of both.
 *
 * @type {(project: Project, find: (name: string) => Project | undefined) => string[]}
 */
const specReferencesOf = (project, find) => {
  if (!project.hasTestFiles) return [];
  const named = [...project.dependencies, ...project.devDependencies];
  const supports = named.filter((name) => find(name)?.hasTestSupport);
  return ['itself', ...project.devDependencies, ...supports.map((name) => `${name}/tsconfig.spec.json`)];
};

/**
 * What the manifests say against the same table, and where a tsconfig.json or tsconfig.spec.json builds other packages
 * first than its manifest names: Nx orders by the manifest, `tsc -b` by the references.
 *
 * @param {readonly Project[]} projects
 * @returns {string[]}
 */
export const manifestObjections = (projects) =>
  projects.flatMap((project) => {
    const find = (/** @type {string} */ name) => projects.find((other) => other.name === name);
    /** @type {(names: readonly string[], where: { inSpec: boolean }) => string[]} */
    const judge = (names, where) =>
      names.flatMap((name) => {
        const imported = find(name);
        const reason = imported === undefined ? 'There is no such package.' : objection(project, imported, where);
        return reason === undefined ? [] : [`${project.name} -> ${name}: ${reason}`];
      });
    const list = (/** @type {readonly string[]} */ names) => [...names].sort().join(', ');
    const forSpecs = specReferencesOf(project, find);
    return [
      ...judge(project.dependencies, { inSpec: false }),
      ...judge(project.devDependencies, { inSpec: true }),
      ...(list(project.dependencies) === list(project.references)
        ? []
        : [
            `${project.name}: package.json names ${list(project.dependencies)}, tsconfig.json references ${list(project.references)}`,
          ]),
      ...(list(forSpecs) === list(project.specReferences)
        ? []
        : [
            `${project.name}: tsconfig.spec.json should reference ${list(forSpecs)}, it references ${list(project.specReferences)}`,
          ]),
    ];
  });
