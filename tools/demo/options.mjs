/** @param {string} name @returns {string | undefined} what follows this option on the command line */
export const option = (name) => {
  const index = process.argv.indexOf(name);
  return index === -1 ? undefined : process.argv[index + 1];
};
