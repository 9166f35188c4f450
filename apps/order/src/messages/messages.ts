import { messageCatalogue } from '@dittoo/kernel';
import en from './en.json' with { type: 'json' };
import sv from './sv.json' with { type: 'json' };

/** Why an order is not paid, in the customer's words. */
export const messages = messageCatalogue({ sv, en }, {});
