/**
 * The form under which a telephone number is looked up: digits with the country's number. A number without one is Swedish,
 * because the shop is: `070-174 06 05` and `+46 70 174 06 05` are one number.
 */
export const normalizedPhone = (phone: string): string => {
  const digits = phone.replace(/[^\d+]/g, '');
  if (digits.startsWith('+')) return digits.slice(1).replaceAll('+', '').replace(/^460+/, '46');
  if (digits.startsWith('00')) return digits.slice(2);
  return digits.startsWith('0') ? `46${digits.slice(1)}` : digits;
};
