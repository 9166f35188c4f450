export { AuthGuard } from './auth.guard.js';
export {
  callerOf,
  commandContext,
  FreshlyAuthenticated,
  FromCaller,
  FromPrincipal,
  SignedIn,
  SignedInOrNot,
  type Caller,
  type Principal,
} from './caller.js';
export { containsCardNumber } from './card-number.js';
export { causedBy, Commands, type CommandContext, type EventFacts, type Executed, type Loaded } from './commands.js';
export { EventStreams } from './event-streams.js';
export { evenlyTimed } from './evenly-timed.js';
export { AcceptsForm } from './form-body.js';
export { Handles } from './handles.js';
export { createHttpApp, idParam, type HttpAppOptions } from './http-app.js';
export { Idempotent, RequestDigest } from './idempotency.js';
export { LeaseLost, LeaseRow, type Lease } from './lease.js';
export { LeasedWorker } from './leased-worker.js';
export { createLogger, NestLog } from './log.js';
export { DayField, edgeOfDay, MomentField, momentOf, MomentOrDayField } from './moment-fields.js';
export { decodeCursor, encodeCursor, pageOf, PageQuery, type Page } from './page.js';
export { AddressBody, PhoneField, refuseCardNumbersOf, WhenSent, WhenSet } from './person-fields.js';
export { parseBody } from './request-body.js';
export { problemDetails, type ProblemCatalogue, type ProblemDetails } from './problem.js';
export { ApiProblems, FieldProblemAnswer, ProblemAnswer } from './problem.http.js';
export { framesOf, ProblemFilter } from './problem.filter.js';
export { systemContext } from './system-context.js';
export { serviceMigrations, serviceRows } from './service.migrations.js';
export { EmailField, LineField, refuseCardNumbers, TextField } from './text-fields.js';
export { tokenAudience, tokenIssuer, TokenVerifier } from './token-verifier.js';
export { traced, type TraceOptions } from './trace.js';
