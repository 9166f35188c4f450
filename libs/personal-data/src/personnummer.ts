import { passesLuhn } from '@dittoo/kernel';

/** Which rule an input broke; the input itself is never repeated. */
export type PersonnummerProblem = 'format' | 'date' | 'birthNumber' | 'checkDigit' | 'interim' | 'future';

export type ParsedPersonnummer =
  | { readonly valid: true; readonly digits: string; readonly coordination: boolean }
  | { readonly valid: false; readonly problem: PersonnummerProblem };

const shape = /^(?<century>\d{2})?(?<date>\d{6})(?<sign>[-+])?(?<birth>\d{3})(?<check>\d)$/;
const interimShape = /^(\d{2})?\d{6}[-+]?[A-Za-z]\d{3}$/;

const refuse = (problem: PersonnummerProblem): ParsedPersonnummer => ({ valid: false, problem });

const isDate = (year: number, month: number, day: number): boolean => {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};

/**
 * Reads a personnummer or samordningsnummer (day + 60) into the 12 digits it is stored as. Folkbokföringslag
 * (1991:481) 18 §; Skatteverket's form.
 *
 * @param input 10 or 12 digits, with or without `-`; `+` from the calendar year the person turns 100
 * @param today RFC 3339; decides the century of a 10-digit input, once, at the edge
 *
 * Interim numbers (a letter in the birth number) and birth number 000 are refused.
 */
export const parsePersonnummer = (input: string, today: string): ParsedPersonnummer => {
  const text = input.trim();
  if (interimShape.test(text)) return refuse('interim');
  const parts = shape.exec(text)?.groups;
  if (parts === undefined) return refuse('format');
  const { date, sign, birth, check } = parts as { date: string; sign?: string; birth: string; check: string };
  const thisYear = Number(today.slice(0, 4));
  const [shortYear, month, shiftedDay] = [date.slice(0, 2), date.slice(2, 4), date.slice(4, 6)].map(Number) as [
    number,
    number,
    number,
  ];
  const coordination = shiftedDay > 60;
  const day = coordination ? shiftedDay - 60 : shiftedDay;

  const year =
    parts['century'] !== undefined ? Number(parts['century'] + date.slice(0, 2)) : century(shortYear, sign, thisYear);
  if (parts['century'] !== undefined && sign === '+' && thisYear - year < 100) return refuse('format');
  if (!isDate(year, month, day)) return refuse('date');
  if (birth === '000') return refuse('birthNumber');
  if (!passesLuhn(`${date}${birth}${check}`)) return refuse('checkDigit');
  const born = `${String(year).padStart(4, '0')}-${date.slice(2, 4)}-${String(day).padStart(2, '0')}`;
  if (born > today.slice(0, 10)) return refuse('future');
  return { valid: true, digits: `${String(year).padStart(4, '0')}${date.slice(2)}${birth}${check}`, coordination };
};

/** The youngest year that fits: without `+` the person turns less than 100 this year, with `+` at least 100. */
const century = (shortYear: number, sign: string | undefined, thisYear: number): number => {
  const youngest = thisYear - ((((thisYear - shortYear) % 100) + 100) % 100);
  return sign === '+' ? youngest - 100 : youngest;
};

/** `197004281234` -> `19700428-****`: what a page may show. */
export const maskedPersonnummer = (digits: string): string => `${digits.slice(0, 8)}-****`;
