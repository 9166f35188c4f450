import { messageCatalogue } from '@dittoo/kernel';
import en from './en.json' with { type: 'json' };
import sv from './sv.json' with { type: 'json' };

/** The texts of the copy and of its page, and the names of events and streams. The other texts are in the register. */
export const messages = messageCatalogue(
  { sv, en },
  {
    'copy.time': { at: 'date' },
    'copy.day': { day: 'date' },
    'copy.times': { count: 'number' },
    'copy.notIncluded.accessLog': { rule: 'text' },
    'certificate.done': { issuer: 'text' },
    'certificate.partlyDone': { issuer: 'text' },
    'certificate.retained.item': { category: 'text', reason: 'text', until: 'date' },
    'certificate.signed': { keys: 'text' },
    'copy.preparedAt': { at: 'text' },
    'copy.keptUntil': { day: 'text' },
    'copy.retained': { reason: 'text' },
    'copy.value.erased': { at: 'text' },
    'copy.value.erasedOnRequest': { at: 'text', requestId: 'text' },
    'copy.viewings.item': { at: 'text' },
    'copy.signed': { keys: 'text' },
  },
);

export type CopyMessages = ReturnType<typeof messages>;
