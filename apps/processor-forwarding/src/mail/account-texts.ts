import { day, when, withCode, type Writer } from './text-format.js';

const becauseAccount = {
  sv: 'Du får det här för att du har ett konto hos oss.',
  en: 'You get this because you have an account with us.',
};
export const accountTexts = {
  registrationRepeated: () => ({
    sv: {
      subject: 'Du har redan ett konto',
      paragraphs: [
        'Någon försökte registrera ett konto med din e-postadress. Du har redan ett, så inget nytt skapades och inget ändrades.',
        'Var det du? Logga in med det konto du har. Var det inte du behöver du inte göra något.',
      ],
      action: { label: 'Logga in', path: '/sign-in' },
      because: becauseAccount.sv,
    },
    en: {
      subject: 'You already have an account',
      paragraphs: [
        'Somebody tried to register an account with your e-mail address. You already have one, so none was made and nothing was changed.',
        'Was it you? Sign in to the account you have. If it was not you, there is nothing you need to do.',
      ],
      action: { label: 'Sign in', path: '/sign-in' },
      because: becauseAccount.en,
    },
  }),

  emailConfirmation: ({ facts, opened }) => ({
    sv: {
      subject: 'Bekräfta din nya e-postadress',
      paragraphs: [
        'Någon, förmodligen du, vill använda den här adressen för sitt konto. Den börjar gälla när du bekräftar.',
        `Länken fungerar en gång, till och med ${when('sv', facts['expiresAt'])}. Var det inte du behöver du inte göra något.`,
      ],
      action: { label: 'Bekräfta adressen', path: withCode('/account/email', opened['token']!) },
      code: opened['token']!,
      because: 'Du får det här för att adressen angavs i ett konto hos oss.',
    },
    en: {
      subject: 'Confirm your new e-mail address',
      paragraphs: [
        'Somebody, probably you, wants to use this address for their account. It takes effect when you confirm it.',
        `The link works once, until ${when('en', facts['expiresAt'])}. If it was not you, there is nothing you need to do.`,
      ],
      action: { label: 'Confirm the address', path: withCode('/account/email', opened['token']!) },
      code: opened['token']!,
      because: 'You get this because the address was entered in an account with us.',
    },
  }),

  emailChangeNotice: () => ({
    sv: {
      subject: 'Din e-postadress är på väg att ändras',
      paragraphs: [
        'I ditt konto angavs en ny e-postadress. Den börjar gälla när den har bekräftats, och då skriver vi inte mer hit.',
        'Var det inte du? Byt lösenord och hör av dig till oss.',
      ],
      because: becauseAccount.sv,
    },
    en: {
      subject: 'Your e-mail address is about to change',
      paragraphs: [
        'A new e-mail address was entered in your account. It takes effect once it is confirmed; after that we no longer write here.',
        'Was it not you? Change your password and contact us.',
      ],
      because: becauseAccount.en,
    },
  }),

  inactivityNoticed: ({ facts }) => ({
    sv: {
      subject: 'Ditt konto har inte använts på länge',
      paragraphs: [
        `Loggar du inte in före ${day('sv', facts['erasesAt'])} tar vi bort kontot och uppgifterna i det.`,
        'Vill du ha det kvar räcker det att du loggar in. Vill du inte det behöver du inte göra något.',
      ],
      action: { label: 'Logga in', path: '/sign-in' },
      because: becauseAccount.sv,
    },
    en: {
      subject: 'Your account has not been used for long',
      paragraphs: [
        `If you do not sign in before ${day('en', facts['erasesAt'])}, we remove the account and the data in it.`,
        'If you want to keep it, signing in is enough. If you do not, there is nothing you need to do.',
      ],
      action: { label: 'Sign in', path: '/sign-in' },
      because: becauseAccount.en,
    },
  }),
} satisfies { readonly [name: string]: Writer };
