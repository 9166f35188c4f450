/* Converts between the protocol's messages and the log of the sandbox. */
import messages from '@eventstore/db-client/generated/streams_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import words from '@eventstore/db-client/generated/shared_pb.js';
import type { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb.js';
import status from '@eventstore/db-client/generated/status_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Appended, ExpectedRevision, KeptEvent, ProposedEvent } from './log.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
export const nameOf = (identifier: StreamIdentifier | undefined): string => text(identifier!.getStreamName_asU8());

const identifierOf = (stream: string): StreamIdentifier => {
  const identifier = new words.StreamIdentifier();
  identifier.setStreamName(Uint8Array.from(Buffer.from(stream, 'utf8')));
  return identifier;
};

export const expectedOf = (options: AppendReq.Options): ExpectedRevision => {
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'stream-exists';
  return BigInt(options.getRevision());
};

export const expectedOfBatch = (options: BatchAppendReq.Options): ExpectedRevision => {
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'stream-exists';
  return BigInt(options.getStreamPosition());
};

export const proposedOf = (message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): ProposedEvent => ({
  id: message.getId()!.getString(),
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: message.getData_asB64(),
  metadata: message.getCustomMetadata_asB64(),
});

/** Size as the server counts it: data, metadata, and two bytes for each character of the type. */
export const sizeOf = ({ data, metadata, type }: ProposedEvent): number =>
  Buffer.byteLength(data, 'base64') + Buffer.byteLength(metadata, 'base64') + type.length * 2;

export const appendAnswer = (appended: Appended, expected: ExpectedRevision): AppendResp => {
  const answer = new messages.AppendResp();
  if (appended.ok) {
    const success = new messages.AppendResp.Success();
    success.setCurrentRevision(String(appended.revision));
    const position = new messages.AppendResp.Position();
    position.setCommitPosition(String(appended.position));
    position.setPreparePosition(String(appended.position));
    success.setPosition(position);
    return answer.setSuccess(success);
  }
  const wrong = new messages.AppendResp.WrongExpectedVersion();
  if (appended.current === null) wrong.setCurrentNoStream(new words.Empty());
  else wrong.setCurrentRevision(String(appended.current));
  if (typeof expected === 'bigint') wrong.setExpectedRevision(String(expected));
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new words.Empty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new words.Empty());
  else wrong.setExpectedAny(new words.Empty());
  return answer.setWrongExpectedVersion(wrong);
};

export const batchAnswer = (request: BatchAppendReq, stream: string, appended: Appended): BatchAppendResp => {
  const answer = new messages.BatchAppendResp();
  answer.setCorrelationId(request.getCorrelationId());
  answer.setStreamIdentifier(identifierOf(stream));
  if (appended.ok) {
    const success = new messages.BatchAppendResp.Success();
    success.setCurrentRevision(String(appended.revision));
    return answer.setSuccess(success);
  }
  const wrong = new words.WrongExpectedVersion();
  if (appended.current === null) wrong.setCurrentNoStream(new empty.Empty());
  else wrong.setCurrentStreamRevision(String(appended.current));
  const details = new any.Any();
  details.pack(wrong.serializeBinary(), 'event_store.client.WrongExpectedVersion');
  const error = new status.Status();
  error.setDetails(details);
  return answer.setError(error);
};

const answers = new WeakMap<KeptEvent, ReadResp>();

export const eventAnswer = (kept: KeptEvent): ReadResp => {
  const answer = answers.get(kept) ?? madeAnswer(kept);
  answers.set(kept, answer);
  return answer;
};

const madeAnswer = (kept: KeptEvent): ReadResp => {
  const recorded = new messages.ReadResp.ReadEvent.RecordedEvent();
  const id = new words.UUID();
  id.setString(kept.id);
  recorded.setId(id);
  recorded.setStreamIdentifier(identifierOf(kept.stream));
  recorded.setStreamRevision(String(kept.revision));
  recorded.setCommitPosition(String(kept.position));
  recorded.setPreparePosition(String(kept.position));
  recorded.getMetadataMap().set('type', kept.type).set('content-type', kept.contentType).set('created', kept.created);
  recorded.setData(kept.data);
  recorded.setCustomMetadata(kept.metadata);
  const event = new messages.ReadResp.ReadEvent();
  event.setEvent(recorded);
  event.setCommitPosition(String(kept.position));
  return new messages.ReadResp().setEvent(event);
};

export const confirmation = (id: string): ReadResp => {
  const confirmed = new messages.ReadResp.SubscriptionConfirmation();
  confirmed.setSubscriptionId(id);
  return new messages.ReadResp().setConfirmation(confirmed);
};

export const checkpointAnswer = (position: number): ReadResp => {
  const checkpoint = new messages.ReadResp.Checkpoint();
  checkpoint.setCommitPosition(String(position));
  checkpoint.setPreparePosition(String(position));
  return new messages.ReadResp().setCheckpoint(checkpoint);
};

export const notFoundAnswer = (stream: string): ReadResp => {
  const notFound = new messages.ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(identifierOf(stream));
  return new messages.ReadResp().setStreamNotFound(notFound);
};

/** The filter of a subscription and after how many scanned events it gets a checkpoint; `null` = no filter. */
export const filterOf = (
  options: ReadReq.Options,
): { readonly passes: (event: KeptEvent) => boolean; readonly checkpointEvery: number } | null => {
  const filter = options.getFilter();
  if (filter === undefined) return null;
  const onStream = filter.getStreamIdentifier();
  const expression = onStream ?? filter.getEventType()!;
  const prefixes = expression.getPrefixList();
  const regex = new RegExp(expression.getRegex() === '' ? '^' : expression.getRegex());
  const window = filter.hasCount() ? 32 : filter.getMax();
  return {
    passes: ({ stream, type }) => {
      const name = onStream === undefined ? type : stream;
      return prefixes.length > 0 ? prefixes.some((prefix) => name.startsWith(prefix)) : regex.test(name);
    },
    checkpointEvery: window * filter.getCheckpointintervalmultiplier(),
  };
};
