import { isDay } from './calendar.js';
import { deletesByCall } from './capabilities.js';
import { type Processor, type Purpose, type RegisterDocument, member, optionalConsents } from './register.js';

/** One error in a register, with a JSON pointer to its place. */
export interface RegisterProblem {
  readonly path: string;
  readonly message: string;
}

/** Rules that a schema cannot express: every reference exists, and nothing contradicts anything else. */
export const brokenRules = (register: RegisterDocument): RegisterProblem[] => [
  ...impossibleDays(register, ''),
  ...foreignLanguages(register, register, ''),
  ...(isDay(`2028-${register.dataController.fiscalYearEnd}`)
    ? []
    : [problem('/dataController/fiscalYearEnd', 'is a day that no year has')]),
  ...fieldRules(register),
  ...Object.entries(register.purposes).flatMap(([id, purpose]) => purposeRules(register, id, purpose)),
  ...consentRules(register),
  ...Object.entries(register.processors).flatMap(([id, processor]) => processorRules(register, id, processor)),
  ...paymentRules(register),
  ...driftRules(register),
];

const problem = (path: string, message: string): RegisterProblem => ({ path, message });

/** Every text in the form of a day must be an existing day. */
function impossibleDays(value: unknown, path: string): RegisterProblem[] {
  if (typeof value === 'string')
    return /^\d{4}-\d{2}-\d{2}$/.test(value) && !isDay(value) ? [problem(path, 'is a day that does not exist')] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => impossibleDays(inner, `${path}/${key}`));
}

/** A text in a language that the register does not declare would never be shown. */
function foreignLanguages(register: RegisterDocument, value: unknown, path: string): RegisterProblem[] {
  if (typeof value !== 'object' || value === null) return [];
  const isText = !Array.isArray(value) && Object.keys(value).every((key) => key === 'sv' || key === 'en');
  return Object.entries(value).flatMap(([key, inner]) =>
    isText && typeof inner === 'string'
      ? (register.languages as readonly string[]).includes(key)
        ? []
        : [problem(`${path}/${key}`, 'is in a language that /languages does not name')]
      : foreignLanguages(register, inner, `${path}/${key}`),
  );
}

function fieldRules(register: RegisterDocument): RegisterProblem[] {
  const used = new Set(Object.values(register.purposes).flatMap((purpose) => purpose.data.flatMap((d) => d.fields)));
  return Object.keys(register.fields).flatMap((field) => [
    ...(used.has(field) ? [] : [problem(`/fields/${field}`, 'is used by no purpose')]),
    ...(member(register.nonPersonalFields, field) === undefined
      ? []
      : [problem(`/nonPersonalFields/${field}`, 'is declared personal as well')]),
  ]);
}

function purposeRules(register: RegisterDocument, id: string, purpose: Purpose): RegisterProblem[] {
  const path = `/purposes/${id}`;
  return [
    ...validityRules(id, purpose),
    ...purpose.dataSubjects
      .filter((subject) => member(register.dataSubjects, subject) === undefined)
      .map((subject) => problem(`${path}/dataSubjects`, `names ${subject}, which /dataSubjects does not know`)),
    ...purpose.data.flatMap((entry, index) => {
      const at = `${path}/data/${index}`;
      return [
        ...(purpose.data.findIndex((other) => other.category === entry.category) === index
          ? []
          : [problem(`${at}/category`, 'stands twice: one legal basis per purpose and data category')]),
        ...((entry.ground === undefined) === (entry.category !== 'personnummer')
          ? []
          : [problem(`${at}/ground`, 'must be present exactly where the category is personnummer')]),
        ...(entry.ground === undefined || (entry.ground === 'consent') === (entry.legalBasis === 'consent')
          ? []
          : [problem(`${at}/ground`, 'is consent exactly where the legal basis is')]),
        ...((entry.legalBasis === 'consent') === purpose.optionalConsent
          ? []
          : [problem(`${at}/legalBasis`, 'is consent exactly where the purpose is an optional consent')]),
        ...entry.fields
          .filter((field) => member(register.fields, field) === undefined)
          .map((field) => problem(`${at}/fields`, `names ${field}, which /fields does not know`)),
      ];
    }),
  ];
}

/** A consent with an empty validity would never permit anything. */
function validityRules(id: string, { consentValidity, optionalConsent }: Purpose): RegisterProblem[] {
  if (consentValidity == null) return [];
  const path = `/purposes/${id}/consentValidity`;
  return [
    ...(optionalConsent ? [] : [problem(path, 'stands only where the purpose is an optional consent')]),
    ...(/[1-9]/.test(consentValidity) ? [] : [problem(path, 'is an empty period')]),
  ];
}

function consentRules(register: RegisterDocument): RegisterProblem[] {
  const expected: readonly string[] = optionalConsents;
  return [
    ...optionalConsents
      .filter((id) => member(register.purposes, id)?.optionalConsent !== true)
      .map((id) => problem(`/purposes/${id}`, 'must be there as an optional consent')),
    ...Object.entries(register.purposes)
      .filter(([id, purpose]) => purpose.optionalConsent && !expected.includes(id))
      .map(([id]) => problem(`/purposes/${id}/optionalConsent`, `is for ${expected.join(', ')} only`)),
  ];
}

function processorRules(register: RegisterDocument, id: string, processor: Processor): RegisterProblem[] {
  const path = `/processors/${id}`;
  return [
    ...overlaps(
      `${path}/legalEntities`,
      processor.legalEntities.map(({ validFrom, validTo }) => ({ from: validFrom, to: validTo })),
    ),
    ...overlaps(
      `${path}/agreements`,
      processor.agreements.map(({ signedOn, validTo }) => ({ from: signedOn, to: validTo })),
    ),
    ...processor.agreements.flatMap((agreement, index) =>
      processor.legalEntities.some((entity) => entity.name === agreement.legalEntity)
        ? []
        : [problem(`${path}/agreements/${index}/legalEntity`, 'is none of the legal entities of this processor')],
    ),
    ...grantRules(register, path, processor),
    ...processor.triggers.flatMap((trigger, index) =>
      (trigger.kind === 'paymentMethod') === (trigger.paymentMethods !== undefined)
        ? []
        : [
            problem(
              `${path}/triggers/${index}/paymentMethods`,
              'must be present exactly where the kind is paymentMethod',
            ),
          ],
    ),
    ...processor.triggers.flatMap(({ accepts, kind }, index) => [
      ...(accepts === undefined || kind === 'paymentMethod'
        ? []
        : [problem(`${path}/triggers/${index}/accepts`, 'is for the kind paymentMethod only')]),
      ...Object.keys(accepts?.minimumMinor ?? {})
        .filter((currency) => accepts?.currencies?.includes(currency) === false)
        .map((currency) =>
          problem(`${path}/triggers/${index}/accepts/minimumMinor/${currency}`, 'is no currency of it'),
        ),
    ]),
    ...((processor.erasure.reason === null) === (processor.erasure.capability === 'supported')
      ? []
      : [problem(`${path}/erasure/reason`, 'is null exactly where erasure is supported')]),
    ...((processor.safeguard.kind === 'withinEea') === (processor.safeguard.thirdCountries === undefined)
      ? []
      : [problem(`${path}/safeguard/thirdCountries`, 'must be present exactly where data leaves the EEA')]),
    ...(processor.erasure.outcomeChecked === undefined || deletesByCall(processor)
      ? []
      : [problem(`${path}/erasure/outcomeChecked`, 'stands only where the capability is supported or partial')]),
    ...(processor.notInUse === undefined || (!deletesByCall(processor) && processor.retention.duration === undefined)
      ? []
      : [problem(`${path}/notInUse`, 'stands beside a deletion by call or a retention period, which need its use')]),
  ];
}

function grantRules(register: RegisterDocument, path: string, processor: Processor): RegisterProblem[] {
  return processor.purposes.flatMap((grant, index) => {
    const at = `${path}/purposes/${index}`;
    const purpose = member(register.purposes, grant.purpose);
    if (purpose === undefined)
      return [problem(`${at}/purpose`, `names ${grant.purpose}, which /purposes does not know`)];
    const covering = (field: string) => purpose.data.filter((entry) => entry.fields.includes(field));
    return [
      ...(processor.purposes.findIndex((other) => other.purpose === grant.purpose) === index
        ? []
        : [problem(`${at}/purpose`, 'stands twice')]),
      ...(purpose.data.some((entry) => entry.legalBasis === grant.legalBasis)
        ? []
        : [problem(`${at}/legalBasis`, `is not a legal basis of ${grant.purpose}`)]),
      ...grant.fields.flatMap((field) => {
        const entries = covering(field);
        if (entries.length === 0)
          return [problem(`${at}/fields`, `names ${field}, which ${grant.purpose} does not use`)];
        return entries.every((entry) => entry.legalBasis === grant.legalBasis)
          ? []
          : [problem(`${at}/legalBasis`, `is not the legal basis of ${field} for ${grant.purpose}`)];
      }),
      ...grant.nonPersonalFields
        .filter((field) => member(register.nonPersonalFields, field) === undefined)
        .map((field) => problem(`${at}/nonPersonalFields`, `names ${field}, which /nonPersonalFields does not know`)),
    ];
  });
}

type Period = { readonly from: string | null; readonly to: string | undefined };

function overlaps(path: string, periods: readonly Period[]): RegisterProblem[] {
  return periods.flatMap((period, index) => [
    ...(period.from !== null && period.to !== undefined && period.to < period.from
      ? [problem(`${path}/${index}/validTo`, 'is before its start')]
      : []),
    ...periods.slice(0, index).flatMap((other, before) => {
      const disjoint =
        (other.to !== undefined && period.from !== null && other.to < period.from) ||
        (period.to !== undefined && other.from !== null && period.to < other.from);
      return disjoint ? [] : [problem(`${path}/${index}`, `overlaps ${path}/${before}`)];
    }),
  ]);
}

/** A payment method must have exactly one processor. */
function paymentRules(register: RegisterDocument): RegisterProblem[] {
  const owner = new Map<string, string>();
  return Object.entries(register.processors).flatMap(([id, processor]) =>
    processor.triggers.flatMap((trigger, index) =>
      (trigger.paymentMethods ?? []).flatMap((method) => {
        const path = `/processors/${id}/triggers/${index}`;
        const earlier = owner.get(method);
        owner.set(method, path);
        return earlier === undefined ? [] : [problem(`${path}/paymentMethods`, `names ${method}, as ${earlier} does`)];
      }),
    ),
  );
}

function driftRules(register: RegisterDocument): RegisterProblem[] {
  return register.drift.flatMap((drift, index) => [
    ...(drift.processor === undefined || member(register.processors, drift.processor) !== undefined
      ? []
      : [problem(`/drift/${index}/processor`, 'is not a processor of this register')]),
    ...(register.drift.findIndex((other) => other.id === drift.id) === index
      ? []
      : [problem(`/drift/${index}/id`, 'stands twice')]),
  ]);
}
