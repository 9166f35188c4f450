/** Where processor-forwarding may go: the register's endpoints that a service calls. A browser's are not ours. */
export const egressOf = (register) => {
  const found = new Map();
  for (const [processor, { endpoints = [] }] of Object.entries(register.processors)) {
    for (const { calledBy, environment, host, port } of endpoints) {
      if (calledBy !== 'service') continue;
      const key = `${host}:${port}:${environment}`;
      const known = found.get(key) ?? { host, port, environment, processors: [] };
      found.set(key, { ...known, processors: [...known.processors, processor] });
    }
  }
  return [...found.values()].sort((a, b) => (`${a.host}:${a.port}` < `${b.host}:${b.port}` ? -1 : 1));
};
