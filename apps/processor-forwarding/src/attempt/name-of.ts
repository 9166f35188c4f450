/** For log lines: an error's message may repeat personal data, its name does not. */
export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
