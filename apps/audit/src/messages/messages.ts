import { messageCatalogue } from '@dittoo/kernel';
import en from './en.json' with { type: 'json' };
import sv from './sv.json' with { type: 'json' };

/** What happened and what can be done, for each kind of attention item. */
export const messages = messageCatalogue({ sv, en });
