import { upstreamNames, type UpstreamName } from '../gateway.config.js';

/**
 * Which service handles which route. No other route is proxied: health, metrics and a service's own OpenAPI document
 * are not here. A spec of the standalone compares the table with the routes the services mount, so that none is
 * forgotten.
 */
export const routeTable = {
  identity: [
    'GET /.well-known/jwks.json',
    'POST /api/v1/customers',
    'POST /api/v1/email-confirmations',
    'POST /api/v1/sessions',
    'POST /api/v1/sessions/refresh',
    'DELETE /api/v1/sessions/current',
    'POST /api/v1/sessions/reauthentication',
    'GET /api/v1/me',
    'PATCH /api/v1/me',
    'PUT /api/v1/me/email',
    'POST /api/v1/me/email/confirmation',
    'GET /api/v1/me/personnummer',
    'PUT /api/v1/me/personnummer',
    'DELETE /api/v1/me/personnummer',
    'POST /api/v1/me/personnummer/reveal',
    'GET /api/v1/audit/subjects',
  ],
  rights: [
    'GET /.well-known/document-keys.json',
    'GET /api/v1/me/requests',
    'POST /api/v1/me/requests',
    'GET /api/v1/me/requests/:id',
    'GET /api/v1/compliance/requests',
    'POST /api/v1/compliance/requests',
    'GET /api/v1/compliance/requests/:id',
    'POST /api/v1/compliance/requests/:id/answer-delivery',
    'POST /api/v1/compliance/requests/:id/decision',
    'POST /api/v1/compliance/requests/:id/extension',
    'POST /api/v1/compliance/requests/:id/restriction-lift',
    'GET /api/v1/compliance/recipient-tasks',
    'POST /api/v1/compliance/recipient-tasks/:requestId/:processorId',
    'GET /api/v1/compliance/legal-holds',
    'POST /api/v1/compliance/legal-holds',
    'GET /api/v1/compliance/legal-holds/:id',
    'DELETE /api/v1/compliance/legal-holds/:id',
    'POST /api/v1/compliance/legal-holds/:id/confirmation',
    'GET /api/v1/me/processing',
    'GET /api/v1/me/requests/:id/certificate',
    'GET /api/v1/me/requests/:id/export',
    'POST /api/v1/me/requests/:id/restriction-lift',
    'POST /api/v1/privacy-requests',
    'POST /api/v1/privacy-requests/confirmation',
    'POST /api/v1/privacy-requests/:id/export',
  ],
  consent: [
    'GET /.well-known/consent-receipt-keys.json',
    'GET /api/v1/me/consents',
    'GET /api/v1/me/consents/:recordId/receipt',
    'PUT /api/v1/me/consents/:purpose',
    'GET /api/v1/me/soft-opt-in',
    'DELETE /api/v1/me/soft-opt-in',
    'POST /api/v1/newsletter/subscriptions',
    'POST /api/v1/newsletter/confirmations',
    'POST /api/v1/newsletter/unsubscriptions',
    'GET /api/v1/policy',
    'GET /api/v1/policy.html',
    'GET /api/v1/processors',
    'GET /api/v1/purposes',
  ],
  order: [
    'GET /api/v1/products',
    'GET /api/v1/products/:sku',
    'GET /api/v1/orders',
    'POST /api/v1/orders',
    'GET /api/v1/orders/:orderId',
    'GET /api/v1/orders/:orderId/events',
    'POST /api/v1/orders/:orderId/cancellation',
    'POST /api/v1/orders/:orderId/shipment',
    'POST /api/v1/orders/:orderId/refunds',
  ],
  engagement: [
    'GET /api/v1/products/:sku/comments',
    'POST /api/v1/products/:sku/comments',
    'PATCH /api/v1/comments/:id',
    'DELETE /api/v1/comments/:id',
    'GET /api/v1/support-cases',
    'POST /api/v1/support-cases',
    'GET /api/v1/support-cases/:id',
    'POST /api/v1/support-cases/:id/messages',
    'POST /api/v1/support-cases/:id/replies',
    'POST /api/v1/support-cases/:id/closure',
    'POST /api/v1/campaign-entries',
  ],
  'processor-forwarding': [
    'GET /api/v1/callbacks/payson/:token',
    'POST /api/v1/callbacks/payson/:token',
    'POST /api/v1/callbacks/mondido/:token',
    'GET /api/v1/compliance/deliveries',
    'POST /api/v1/compliance/deliveries/redelivery',
    'POST /api/v1/compliance/deliveries/:id/redelivery',
    'GET /api/v1/compliance/processors/:id/health',
  ],
  audit: [
    'GET /api/v1/audit/checkpoint',
    'GET /api/v1/audit/proofs/inclusion',
    'GET /api/v1/audit/proofs/consistency',
    'POST /api/v1/audit/verifications',
    'GET /api/v1/audit/bundle',
    'GET /api/v1/audit/subjects/:subjectId/events',
    'GET /api/v1/audit/subjects/:subjectId/state',
    'GET /api/v1/audit/subjects/:subjectId/disclosures',
    'GET /api/v1/audit/events',
    'GET /api/v1/audit/events/live',
    'GET /api/v1/me/history',
    'GET /api/v1/me/disclosures',
    'GET /api/v1/compliance/processing-records',
    'GET /api/v1/operations/attention',
    'GET /api/v1/operations/attention/:id',
    'POST /api/v1/operations/attention/:id/closure',
  ],
} as const satisfies Readonly<
  Record<UpstreamName, readonly `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`[]>
>;

/** Routes that read the whole log may take longer than others before they begin to answer. */
const longer: Readonly<Record<string, number>> = {
  'POST /api/v1/audit/verifications': 300_000,
  'GET /api/v1/audit/bundle': 300_000,
};

/** Routes to which processors and mail programs post forms; no other route accepts one. */
export const formRoutes: readonly string[] = [
  'POST /api/v1/callbacks/payson/:token',
  'POST /api/v1/callbacks/mondido/:token',
  'POST /api/v1/newsletter/unsubscriptions',
  'POST /api/v1/privacy-requests/:id/export',
];

export interface Route {
  readonly upstream: UpstreamName;
  readonly method: string;
  readonly path: string;
  readonly takesForm: boolean;
  /** `null` = the default timeout. */
  readonly patienceMs: number | null;
}

export const routes: readonly Route[] = upstreamNames.flatMap((upstream) =>
  routeTable[upstream].map((route: string) => {
    const [method = '', path = ''] = route.split(' ');
    return { upstream, method, path, takesForm: formRoutes.includes(route), patienceMs: longer[route] ?? null };
  }),
);
