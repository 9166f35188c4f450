/**
 * Sends heartbeats while `work` runs, because the client sends none by itself. An error of a heartbeat (the group is
 * rebalancing) is thrown after the work, not in the middle of it.
 */
export const withHeartbeats = async <T>(heartbeat: () => Promise<void>, work: () => Promise<T>): Promise<T> => {
  let refusal: { readonly error: unknown } | undefined;
  const timer = setInterval(() => {
    heartbeat().catch((error: unknown) => (refusal ??= { error }));
  }, 1_000);
  const result = await work().finally(() => clearInterval(timer));
  if (refusal !== undefined) throw refusal.error;
  return result;
};
