/** Part of the contract: rights looks up what became of the mail with an answer. */
export { forwardingIdOf } from '@dittoo/contracts';
