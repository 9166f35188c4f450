import { accountTexts } from './account-texts.js';
import { customerServiceTexts } from './customer-service-texts.js';
import { newsletterTexts } from './newsletter-texts.js';
import type { NotificationName } from './notification-kinds.js';
import { requestTexts } from './request-texts.js';
import type { Writer } from './text-format.js';

/** The text of every notification, in Swedish and English. */
export const notificationTexts: { readonly [Name in NotificationName]: Writer } = {
  ...accountTexts,
  ...newsletterTexts,
  ...requestTexts,
  ...customerServiceTexts,
};
