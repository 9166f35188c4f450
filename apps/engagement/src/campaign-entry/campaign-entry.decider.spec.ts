import type { CampaignEntryEvents } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { campaignEntryDecider, type EnterCampaign } from './campaign-entry.decider.js';

const given = deciderSpec(campaignEntryDecider);

const said: CampaignEntryEvents['CampaignEntered'] = {
  campaignId: 'var-2027',
  email: 'agda@example.org',
  phone: '+46701740605',
  clickId: 'Cj0KCQ',
  choices: [
    { purpose: 'marketing', given: false },
    { purpose: 'adMeasurement', given: true },
  ],
  noticeVersion: '2026-11-01',
  noticeDigest: 'a1',
  language: 'sv',
};
const enter = (choices = said.choices): EnterCampaign => ({
  ...said,
  email: 'agda@example.org',
  phone: '+46701740605',
  clickId: 'Cj0KCQ',
  type: 'EnterCampaign',
  choices,
});

describe('an entry in a campaign', () => {
  it('is recorded once, with its consents and refusals', () => {
    given().when(enter()).then({ type: 'CampaignEntered', data: said });
    given({ type: 'CampaignEntered', data: said }).when(enter()).then();
  });

  it.each([
    ['nothing was asked', []],
    ['everything was refused', [{ purpose: 'marketing', given: false }] as const],
    ['the yes was to something else', [{ purpose: 'newsletter', given: true }] as const],
  ])('keeps nothing of the person where %s', (_what, choices) => {
    const data = { ...said, choices, email: null, phone: null, clickId: null };
    given().when(enter(choices)).then({ type: 'CampaignEntered', data });
  });
});
