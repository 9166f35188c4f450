import { messageCatalogue } from '@dittoo/kernel';
import en from './en.json' with { type: 'json' };
import sv from './sv.json' with { type: 'json' };

/** The texts of the pages that mails and payment pages lead to. */
export const messages = messageCatalogue({ sv, en }, { 'request.done.text': { dueAt: 'date' } });

export type LandingMessages = ReturnType<typeof messages>;
