import { messageCatalogue, type LegalBasis } from '@dittoo/kernel';
import type { Language } from '../register.js';
import en from './en.json' with { type: 'json' };
import sv from './sv.json' with { type: 'json' };

/** The sentences that are the same for every register. What differs between registers is in the register. */
export const messages = messageCatalogue(
  { sv, en },
  {
    'policy.version': { version: 'text', from: 'text' },
    'policy.whoWeAre.text': { name: 'text' },
    'policy.processors.signed': { reference: 'text', day: 'text' },
    'policy.rights.contact': { email: 'text' },
    'policy.rights.complaint': { authority: 'text', shortName: 'text' },
    'policy.drift.since': { found: 'text', day: 'text' },
  },
);

/** A legal basis as the policy words it. */
export const legalBasisLabel = (basis: LegalBasis, language: Language): string =>
  messages(language).format(`legalBasis.${basis}`);
