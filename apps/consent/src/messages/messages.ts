import { messageCatalogue } from '@dittoo/kernel';
import en from './en.json' with { type: 'json' };
import sv from './sv.json' with { type: 'json' };

/** What a receipt says to a person, in the language they were shown the policy in. */
export const messages = messageCatalogue({ sv, en }, { 'receipt.withdrawal': { address: 'text', byMail: ['yes'] } });
