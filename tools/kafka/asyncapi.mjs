/** `npm run asyncapi`: the topics and their messages as an AsyncAPI 3.0 document, from the contracts; to the standard output. */
const { schemaMap } = await import('@dittoo/contracts');
const { categoriesOf, topicOf } = await import('@dittoo/messaging');

const prefix = process.env.KAFKA_TOPIC_PREFIX || 'dittoo.';
/** @param {Record<string, unknown>} [more] */
const text = (more = {}) => ({ type: 'string', ...more });
const uuid = text({ format: 'uuid' });
const position = text({ pattern: '^[0-9]{1,19}$' });

/** What a personal field looks like in a message: sealed, so it says nothing without a key. */
const envelope = { description: 'Sealed under the key of the data subject and this category; see libs/personal-data.' };

/** @param {[string, (typeof schemaMap)[keyof typeof schemaMap]]} definition */
const message = ([type, { fields, legalBasis, purpose, schemaVersion }]) => ({
  name: type,
  title: type,
  contentType: 'application/json',
  tags: [{ name: purpose }, { name: legalBasis }],
  headers: { allOf: [{ $ref: '#/components/schemas/headers' }, { properties: { ce_type: { const: type } } }] },
  payload: {
    type: 'object',
    description: `Schema version ${schemaVersion}; purpose ${purpose}, legal basis ${legalBasis}.`,
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [
        name,
        field.kind === 'personal' ? { ...envelope, 'x-data-category': field.category } : {},
      ]),
    ),
  },
  bindings: { kafka: { key: text({ description: 'The stream.' }), bindingVersion: '0.5.0' } },
});

/** @param {string} category */
const eventsOf = (category) => Object.entries(schemaMap).filter(([, { stream }]) => stream === category);
const categories = categoriesOf(schemaMap);

console.log(
  JSON.stringify(
    {
      asyncapi: '3.0.0',
      info: {
        title: 'DITT:OO events',
        version: '1.0.0',
        description:
          'CloudEvents 1.0 in binary mode. One topic per stream category, the stream as key, in revision order.',
        license: { name: 'Apache-2.0' },
      },
      defaultContentType: 'application/json',
      channels: Object.fromEntries(
        categories.map((category) => [
          category,
          {
            address: topicOf(prefix, category),
            messages: Object.fromEntries(
              eventsOf(category).map(([type]) => [type, { $ref: `#/components/messages/${type}` }]),
            ),
            bindings: {
              kafka: {
                topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': 604_800_000 },
                bindingVersion: '0.5.0',
              },
            },
          },
        ]),
      ),
      operations: Object.fromEntries(
        categories.map((category) => [
          `relay-${category}`,
          { action: 'send', channel: { $ref: `#/channels/${category}` }, summary: 'The relay alone sends.' },
        ]),
      ),
      components: {
        messages: Object.fromEntries(Object.entries(schemaMap).map((entry) => [entry[0], message(entry)])),
        schemas: {
          headers: {
            type: 'object',
            required: [
              'ce_specversion',
              'ce_id',
              'ce_type',
              'ce_source',
              'es-stream',
              'es-revision',
              'es-position',
              'es-metadata',
            ],
            properties: {
              ce_specversion: { const: '1.0' },
              ce_id: uuid,
              ce_type: text(),
              ce_source: text(),
              ce_time: text({ format: 'date-time' }),
              ce_partitionkey: text(),
              ce_dataschema: text({ format: 'uri' }),
              traceparent: text(),
              'content-type': { const: 'application/json' },
              'es-stream': text(),
              'es-revision': position,
              'es-position': position,
              'es-metadata': text({ description: 'The event metadata as JSON; never personal.' }),
            },
          },
        },
      },
    },
    null,
    2,
  ),
);
