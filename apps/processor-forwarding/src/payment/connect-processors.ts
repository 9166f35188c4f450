import type { OrderId } from '@dittoo/kernel';
import type { PlatformConfig } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import type { ForwardingConfig } from '../processor-forwarding.config.js';
import { egressTo } from '../egress/http-egress.js';
import type { CallbackTokens } from './callback-tokens.js';
import type { PaymentProcessor } from './payment-processor.port.js';
import { MondidoAdapter } from './mondido.adapter.js';
import { PaysonAdapter } from './payson.adapter.js';
import { ProcessorClient } from './processor-client.js';

/** The processors that are connected, by id. */
export const PAYMENT_PROCESSORS = Symbol('PaymentProcessors');
export type PaymentProcessors = ReadonlyMap<string, PaymentProcessor>;

/** @throws Error naming the variable whose URL the register does not allow */
export const connectProcessors = (
  config: ForwardingConfig,
  register: Register,
  tokens: CallbackTokens,
  { publicUrl }: Pick<PlatformConfig, 'publicUrl'>,
): PaymentProcessors => {
  // The processor sends the customer back to a page, paid or not; the page knows nothing and asks nothing.
  const orderPage = (orderId: OrderId) => `${config.storefrontUrl ?? publicUrl}/p/order?order=${orderId}`;
  const processors = new Map<string, PaymentProcessor>();
  if (config.payson !== null) {
    const { url, agentId: user, apiKey: password } = config.payson;
    const egress = egressTo(register, 'payson', url, 'PAYSON_URL', config.egressProxy);
    const client = new ProcessorClient(egress, { user, password }, config, config.concurrency);
    const addresses = (orderId: OrderId) => ({
      termsUri: `${publicUrl}/api/v1/policy.html`,
      checkoutUri: orderPage(orderId),
      confirmationUri: orderPage(orderId),
      notificationUri: `${publicUrl}/api/v1/callbacks/payson/${tokens.tokenOf('payson', orderId)}`,
    });
    processors.set('payson', new PaysonAdapter(client, addresses, pageOf(egress.base)));
  }
  if (config.mondido !== null) {
    const { url, merchantId: user, password } = config.mondido;
    const egress = egressTo(register, 'mondido', url, 'MONDIDO_URL', config.egressProxy);
    const client = new ProcessorClient(egress, { user, password }, config, config.concurrency);
    const addresses = (orderId: OrderId) => ({
      successUrl: orderPage(orderId),
      errorUrl: orderPage(orderId),
      webhookUrl: `${publicUrl}/api/v1/callbacks/mondido/${tokens.tokenOf('mondido', orderId)}`,
    });
    processors.set('mondido', new MondidoAdapter(client, config.mondido, addresses, pageOf(egress.base)));
  }
  return processors;
};

/**
 * The customer's browser is redirected to the processor's own site only: the same host, or another host of its domain.
 */
const pageOf =
  ({ hostname, protocol }: URL) =>
  (page: URL): boolean => {
    if (page.hostname === hostname) return page.protocol === protocol;
    const domain = hostname.split('.').slice(-2).join('.');
    return page.protocol === 'https:' && /[a-z]/i.test(domain) && page.hostname.endsWith(`.${domain}`);
  };
