/**
 * The 12 digits of what somebody typed; only here the clock decides a century, and it is Sweden's: at new year the year
 * is another there an hour earlier.
 *
 * @throws DomainError `invalid-personnummer` with the word of the rule it broke, never the number
 */
export declare const readPersonnummer: (input: string, now: string, field: string) => string;
//# sourceMappingURL=personnummer-input.d.ts.map
