/**
 * Verifies an audit bundle: one file, nothing but Node's own modules, no database, no network. Copy it, read it, and
 * run it on a machine that is independent of the shop:
 *
 *     node offline-verifier.js <bundle> [--vkey <key you were given>] [--checkpoint <file kept from earlier>]...
 *
 * Exit 0 = ok, 1 = tampered, 2 = incomplete (truncated, unreadable, or a key is missing that no event says was
 * destroyed). Without --vkey the key comes from the bundle itself: the log is consistent, but anyone may have signed
 * it.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync, realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Report {
  readonly exitCode: 0 | 1 | 2;
  /** For people, a line each. */
  readonly lines: readonly string[];
}

interface Head {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
}

const sha256 = (...parts: (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** RFC 6962 §2.1, the right edge only. */
class Tree {
  size = 0;
  private readonly edge: Buffer[] = [];

  push(leaf: string): void {
    this.edge.push(sha256('\u0000', leaf));
    for (let rest = ++this.size; rest % 2 === 0; rest /= 2) {
      const right = this.edge.pop()!;
      this.edge.push(sha256('\u0001', this.edge.pop()!, right));
    }
  }

  root(): string {
    const root =
      this.edge.length === 0 ? sha256() : this.edge.reduceRight((right, left) => sha256('\u0001', left, right));
    return root.toString('base64');
  }
}

/** C2SP signed-note, Ed25519: the tree head the key signed, or why there is none. */
export const openHead = (note: string, vkey: string): Head | string => {
  const [name, id, encoded] = vkey.split(/\+(?=[0-9a-f]{8}\+)|(?<=\+[0-9a-f]{8})\+/);
  const key = Buffer.from(encoded ?? '', 'base64');
  if (name === undefined || key.length !== 33 || key[0] !== 1) return 'the verifier key is not an Ed25519 key';
  if (sha256(`${name}\n`, key).toString('hex', 0, 4) !== id) return 'the verifier key does not fit its name';
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: key.subarray(1).toString('base64url') },
    format: 'jwk',
  });
  const signed = note
    .slice(end + 2)
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([dash, signer]) => dash === '—' && signer === name)
    .map(([, , signature]) => Buffer.from(signature ?? '', 'base64'))
    .filter((signature) => signature.toString('hex', 0, 4) === id);
  if (end === -1 || signed.length === 0) return 'it is not signed by the key';
  if (!signed.every((signature) => verify(null, Buffer.from(text), publicKey, signature.subarray(4)))) {
    return 'its signature is wrong';
  }
  const [origin, size, root, ...rest] = text.split('\n');
  if (rest.length === 0 || origin !== name || !/^(0|[1-9]\d{0,15})$/.test(size ?? '')) return 'it is no tree head';
  return { origin, size: Number(size), root: root! };
};

/** @param held the auditor's own evidence: the key, and tree heads kept from earlier */
export const verifyBundle = async (
  lines: AsyncIterable<string>,
  held: { readonly vkey?: string | undefined; readonly checkpoints?: readonly string[] } = {},
): Promise<Report> => {
  const tampered: string[] = [];
  const incomplete: string[] = [];
  const tree = new Tree();
  const revisions = new Map<string, number>();
  const erased = new Set<string>();
  const sealedUnder = new Map<string, number>();
  const gone = new Map<string, string>();
  const roots = new Map<number, string>();
  let kept: Head[] | undefined;
  let policy: { vkey: string; origin: string; treeSize: number; dense: boolean } | undefined;
  let vkey = held.vkey;
  let [heads, lastHead, lastPosition, lastProven] = [0, -1, -1, -1];
  let [first, last]: (string | undefined)[] = [];
  let ended = false;

  /** Checks the auditor's older heads on the way: the log must extend each of them. */
  const meetKept = (): void => {
    for (const head of kept ?? []) if (head.size === tree.size) roots.set(head.size, tree.root());
  };
  const begin = (line: Record<string, unknown>): void => {
    const { vkey: own, origin, treeSize, dense } = line;
    policy = { vkey: String(own), origin: String(origin), treeSize: Number(treeSize), dense: dense === true };
    vkey ??= policy.vkey;
    kept = (held.checkpoints ?? []).flatMap((note) => {
      const head = openHead(note, vkey!);
      if (typeof head !== 'string') return [head];
      tampered.push(`the tree head you hold: ${head}`);
      return [];
    });
    meetKept();
  };
  const entry = ({ index, position, leaf }: Record<string, unknown>): void => {
    const at = `position ${String(position)}`;
    const event = JSON.parse(String(leaf)) as {
      stream: string;
      revision: number;
      type: string;
      data: Record<string, { enc?: unknown; kid?: unknown } | null>;
      meta: { dataSubjectId: string | null; recordedAt: string };
    };
    if (index !== tree.size) tampered.push(`${at}: entry ${String(index)} stands where ${tree.size} is due`);
    if (Number(position) <= lastPosition) tampered.push(`${at}: comes after position ${lastPosition}`);
    if (policy!.dense && Number(position) !== lastPosition + 1)
      tampered.push(`position ${lastPosition + 1}: is missing`);
    lastPosition = Number(position);
    tree.push(String(leaf));
    const previous = revisions.get(event.stream) ?? -1;
    if (event.revision !== previous + 1) {
      tampered.push(`${at}: revision ${event.revision} of ${event.stream} follows revision ${previous}`);
    }
    revisions.set(event.stream, event.revision);
    first ??= event.meta.recordedAt;
    last = event.meta.recordedAt;
    for (const [field, value] of Object.entries(event.data)) {
      if (value?.enc !== 1) continue;
      const kid = String(value.kid);
      if (!sealedUnder.has(kid)) sealedUnder.set(kid, lastPosition);
      if (!kid.startsWith(`${event.meta.dataSubjectId}/`)) {
        tampered.push(`${at}: field ${field} is sealed under a key that is not of its place`);
      }
    }
    if (event.type === 'SubjectKeysDestroyed') {
      for (const { kid } of event.data['keys'] as readonly { readonly kid: string }[]) erased.add(kid);
    }
    meetKept();
  };
  const head = ({ note }: Record<string, unknown>): void => {
    heads++;
    const said = openHead(String(note), vkey!);
    if (typeof said === 'string')
      return void tampered.push(`tree head ${heads} after position ${lastPosition}: ${said}`);
    if (said.size < lastHead) tampered.push(`the tree head of ${said.size} comes after that of ${lastHead}`);
    if (said.size > tree.size) {
      tampered.push(`position ${lastPosition + 1}: ${said.size} events were signed, the log ends after ${tree.size}`);
    } else if (said.size < tree.size || said.root !== tree.root()) {
      tampered.push(
        `positions ${lastProven + 1} to ${lastPosition}: the tree head of ${said.size} is not that of the entries; one was changed, or another tree was signed`,
      );
    } else {
      lastProven = lastPosition;
    }
    lastHead = said.size;
  };

  try {
    for await (const text of lines) {
      if (text === '') continue;
      const line = JSON.parse(text) as Record<string, unknown>;
      if (policy === undefined && line['format'] !== 'dittoo-audit-bundle/1') {
        return { exitCode: 2, lines: ['incomplete: this is not an audit bundle'] };
      }
      if (ended) tampered.push('something stands behind the end');
      if (line['kind'] === 'policy') begin(line);
      else if (line['kind'] === 'entry') entry(line);
      else if (line['kind'] === 'head') head(line);
      else if (line['kind'] === 'key') gone.set(String(line['kid']), String(line['state']));
      else if (line['kind'] === 'end') ended = true;
      if (tampered.length > 100) break;
    }
  } catch (error) {
    incomplete.push(`the bundle cannot be read on after entry ${tree.size}: ${(error as Error).name}`);
  }
  if (policy === undefined) return { exitCode: 2, lines: ['incomplete: this is not an audit bundle'] };
  if (!ended) incomplete.push(`the bundle was cut off after entry ${tree.size} of ${policy.treeSize}`);
  else if (lastHead < tree.size) tampered.push(`entries behind the last tree head of ${lastHead}`);
  if (ended && policy.treeSize !== tree.size && tampered.length === 0) {
    tampered.push(`position ${lastPosition + 1}: ${policy.treeSize} entries were promised, ${tree.size} are here`);
  }
  for (const { size, root } of kept ?? []) {
    const here = roots.get(size);
    if (here === undefined)
      (ended ? tampered : incomplete).push(`the log has not the ${size} events of a head you hold`);
    else if (here !== root) tampered.push(`the log does not begin as the head of ${size} that you hold`);
  }
  for (const [kid, state] of gone) {
    const sealedAt = sealedUnder.get(kid) ?? -1;
    if (erased.has(kid)) continue;
    incomplete.push(`position ${sealedAt}: key missing without erasure event: ${kid} (${state})`);
  }

  const exitCode = tampered.length > 0 ? 1 : incomplete.length > 0 ? 2 : 0;
  return {
    exitCode,
    lines: [
      ...tampered.map((line) => `tampered: ${line}`),
      ...incomplete.map((line) => `incomplete: ${line}`),
      `${['ok', 'tampered', 'incomplete'][exitCode]}: ${tree.size} events from ${first ?? '-'} to ${last ?? '-'}, ${heads} tree heads, root ${tree.root()}`,
      `log ${policy.origin}, key ${vkey}`,
      ...(held.vkey === undefined ? ['the key is the word of the bundle: compare it with the one you were given'] : []),
    ],
  };
};

const main = async (args: readonly string[]): Promise<number> => {
  const option = (name: string): string[] => args.flatMap((arg, n) => (arg === name ? [args[n + 1] ?? ''] : []));
  const [path] = args.filter((arg, n) => !arg.startsWith('--') && !args[n - 1]?.startsWith('--'));
  if (path === undefined) {
    console.error('verify <bundle> [--vkey <key>] [--checkpoint <file>]...');
    return 2;
  }
  try {
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
    const checkpoints = option('--checkpoint').map((file) => readFileSync(file, 'utf8'));
    const report = await verifyBundle(lines, { vkey: option('--vkey')[0], checkpoints });
    for (const line of report.lines) console.log(line);
    return report.exitCode;
  } catch (error) {
    console.error(`incomplete: ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
    return 2;
  }
};

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
