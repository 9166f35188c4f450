import { personal, plain, type EventOf, type Personal, type SchemaMapOf, type OrderId } from '@dittoo/kernel';
import type { ConsentPurpose, Locale } from './vocabulary.js';

/** Stream `comment-<id>`: what a customer says about a product, shown with the given name only. Decided by engagement. */
export interface CommentEvents {
  CommentPosted: {
    readonly sku: string;
    readonly givenName: Personal<string>;
    readonly text: Personal<string>;
    readonly language: Locale;
  };
  /** The author's correction; the old text stays in the trail, sealed. */
  CommentRectified: { readonly text: Personal<string> };
  CommentDeleted: { readonly by: 'author' | 'staff' };
}
export type CommentEvent = EventOf<CommentEvents>;

/** Stream `supportCase-<id>`: one matter a person wrote about, and what staff answered. Decided by engagement. */
export interface SupportCaseEvents {
  SupportCaseOpened: {
    readonly channel: 'form' | 'mail';
    readonly email: Personal<string>;
    readonly subject: Personal<string>;
    readonly body: Personal<string>;
    readonly orderId: OrderId | null;
    readonly language: Locale;
  };
  SupportMessageReceived: { readonly channel: 'form' | 'mail'; readonly body: Personal<string> };
  SupportReplied: { readonly body: Personal<string> };
  SupportCaseClosed: { readonly by: 'staff' | 'system' };
}
export type SupportCaseEvent = EventOf<SupportCaseEvents>;

/** Stream `campaignEntry-<id>`: one person's entry in one campaign. Decided by engagement. */
export interface CampaignEntryEvents {
  CampaignEntered: {
    readonly campaignId: string;
    readonly email: Personal<string | null>;
    readonly phone: Personal<string | null>;
    readonly clickId: Personal<string | null>;
    /** The unticked boxes of the form, as they came; consent decides what they mean. */
    readonly choices: readonly { readonly purpose: ConsentPurpose; readonly given: boolean }[];
    readonly noticeVersion: string;
    readonly noticeDigest: string;
    readonly language: Locale;
  };
}
export type CampaignEntryEvent = EventOf<CampaignEntryEvents>;

/** A comment goes when it is deleted, a message when its own three years are over. */
const comment = personal('engagement', { keyPer: 'stream' });
const message = personal('support', { keyPer: 'event' });
const entry = personal('advertising', { keyPer: 'stream' });
const messageKept = { category: 'support', keyPer: 'event', begins: 'recordedAt' } as const;

const comments = {
  stream: 'comment',
  schemaVersion: 1,
  purpose: 'comments',
  legalBasis: 'legitimateInterests',
} as const;
const support = {
  stream: 'supportCase',
  schemaVersion: 1,
  purpose: 'support',
  legalBasis: 'legitimateInterests',
} as const;
const campaign = {
  stream: 'campaignEntry',
  schemaVersion: 1,
  purpose: 'adMeasurement',
  legalBasis: 'consent',
} as const;

export const commentSchema: SchemaMapOf<CommentEvents> = {
  CommentPosted: {
    ...comments,
    fields: { sku: plain, givenName: comment, text: comment, language: plain },
    retention: [{ category: 'engagement', keyPer: 'stream', keeps: 'untilEnded' }],
  },
  CommentRectified: { ...comments, fields: { text: comment } },
  CommentDeleted: {
    ...comments,
    fields: { by: plain },
    retention: [{ category: 'engagement', keyPer: 'stream', ends: 'recordedAt' }],
  },
};

export const supportCaseSchema: SchemaMapOf<SupportCaseEvents> = {
  SupportCaseOpened: {
    ...support,
    fields: {
      channel: plain,
      email: message,
      subject: message,
      body: message,
      orderId: plain,
      language: plain,
    },
    retention: [messageKept],
  },
  SupportMessageReceived: { ...support, fields: { channel: plain, body: message }, retention: [messageKept] },
  SupportReplied: { ...support, fields: { body: message }, retention: [messageKept] },
  SupportCaseClosed: { ...support, fields: { by: plain } },
};

export const campaignEntrySchema: SchemaMapOf<CampaignEntryEvents> = {
  CampaignEntered: {
    ...campaign,
    fields: {
      campaignId: plain,
      email: entry,
      phone: entry,
      clickId: entry,
      choices: plain,
      noticeVersion: plain,
      noticeDigest: plain,
      language: plain,
    },
    retention: [{ category: 'advertising', keyPer: 'stream', begins: 'recordedAt' }],
  },
};
