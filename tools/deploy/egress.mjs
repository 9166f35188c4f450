/** @typedef {{ host: string, port: number, environment: string }} Address */
/** @typedef {{ processors: Record<string, { endpoints?: (Address & { calledBy: string })[] }> }} Register as far as it is read here */

/**
 * Where processor-forwarding may connect to: the register's endpoints that a service calls. Those of a browser are not ours.
 *
 * @type {(register: Register) => (Address & { processors: string[] })[]}
 */
export const egressOf = (register) => {
  /** @type {Map<string, Address & { processors: string[] }>} */
  const addresses = new Map();
  for (const [processor, { endpoints = [] }] of Object.entries(register.processors)) {
    for (const { calledBy, environment, host, port } of endpoints) {
      if (calledBy !== 'service') continue;
      const key = `${host}:${port}:${environment}`;
      const known = addresses.get(key) ?? { host, port, environment, processors: [] };
      addresses.set(key, { ...known, processors: [...known.processors, processor] });
    }
  }
  return [...addresses.values()].sort((a, b) => (`${a.host}:${a.port}` < `${b.host}:${b.port}` ? -1 : 1));
};
