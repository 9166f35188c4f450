import type { OfficerAccessEvent } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { it } from '@jest/globals';
import { officerAccessDecider, type ViewSubjectHistory } from './officer-access.decider.js';

const given = deciderSpec(officerAccessDecider);
const said = {
  subjectId: '5f0c4d0e-7d1b-4d6f-9a55-0d3c0e2b6a11',
  view: 'events',
  auditPurpose: 'A complaint about an invoice',
} as const;
const look: ViewSubjectHistory = { type: 'ViewSubjectHistory', ...said };
const viewed: OfficerAccessEvent = { type: 'SubjectHistoryViewed', data: said };

it('records a view', () => given().when(look).then(viewed));

it('records a repeated view: each one counts', () => given(viewed).when(look).then(viewed));
