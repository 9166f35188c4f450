import { describe, expect, it } from '@jest/globals';
import {
  isKeyName,
  openNote,
  parseTreeHead,
  privateKeyOf,
  publicBytesOf,
  signNote,
  treeHeadText,
  verifierKeyOf,
} from './signed-note.js';

// The published example of the note format's reference implementation.
const verifierKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const note = `${text}
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;

describe('a signed note', () => {
  it('is byte for byte the published example', () => {
    const key = privateKeyOf(seed);
    expect(verifierKeyOf('PeterNeumann', publicBytesOf(key))).toBe(verifierKey);
    expect(signNote(text, 'PeterNeumann', key)).toBe(note);
    expect(openNote(note, verifierKey)).toBe(text);
  });

  it('ignores the lines of other keys', () => {
    const other = signNote(text, 'example.org/witness', privateKeyOf(Buffer.alloc(32, 7)));
    expect(openNote(note + other.slice(text.length + 1), verifierKey)).toBe(text);
    expect(openNote(other, verifierKey)).toBeNull();
  });

  it('is rejected when a byte of text or signature differs', () => {
    expect(openNote(note.replace('answer', 'Answer'), verifierKey)).toBeNull();
    expect(openNote(note.replace('ZJkuBS', 'ZJkuBT'), verifierKey)).toBeNull();
    expect(openNote(text, verifierKey)).toBeNull();
  });

  it('throws on an invalid verifier key', () => {
    expect(() => openNote(note, verifierKey.replace('c74f20a3', 'c74f20a4'))).toThrow(TypeError);
    expect(() => openNote(note, 'PeterNeumann')).toThrow(TypeError);
  });

  it('has names without spaces and plus', () => {
    expect(isKeyName('dittoo.example.org/audit-log')).toBe(true);
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb']) expect(isKeyName(name)).toBe(false);
  });
});

describe('a tree head', () => {
  const head = { origin: 'shop.example/audit-log/2026', size: 20852163, root: Buffer.alloc(32, 9) };

  it('is three lines and reads back', () => {
    expect(treeHeadText(head).split('\n')).toEqual([head.origin, '20852163', head.root.toString('base64'), '']);
    expect(parseTreeHead(treeHeadText(head))).toEqual(head);
  });

  it('has a decimal size and 32 bytes of root', () => {
    expect(parseTreeHead(treeHeadText(head).replace('2085', '02085'))).toBeNull();
    expect(parseTreeHead(`${head.origin}\n5\nAAAA\n`)).toBeNull();
    expect(parseTreeHead(head.origin)).toBeNull();
  });
});
