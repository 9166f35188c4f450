import { timingSafeEqual } from 'node:crypto';
import type { OrderId, Uuid } from '@dittoo/kernel';
import { KeyEncryption } from '@dittoo/personal-data';
import { Injectable } from '@nestjs/common';

const idBytes = 16;
const macBytes = 24;

/**
 * The unguessable part of a callback's address, one for each order and processor: the order's id and a keyed hash over
 * it, so that it can be verified without being stored. It names the payment to read and gives no other access.
 */
@Injectable()
export class CallbackTokens {
  constructor(private readonly keys: KeyEncryption) {}

  tokenOf(processorId: string, orderId: OrderId): string {
    const id = Buffer.from(orderId.replaceAll('-', ''), 'hex');
    return Buffer.concat([id, this.mac(processorId, orderId)]).toString('base64url');
  }

  /** `null` = not a token of this shop. */
  orderOf(processorId: string, token: string): Uuid | null {
    if (!/^[\w-]{54}$/.test(token)) return null;
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== idBytes + macBytes) return null;
    const hex = bytes.subarray(0, idBytes).toString('hex');
    const orderId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return timingSafeEqual(bytes.subarray(idBytes), this.mac(processorId, orderId)) ? orderId : null;
  }

  private mac(processorId: string, orderId: OrderId): Buffer {
    return this.keys.keyedHash('token', `callback/${processorId}/${orderId}`).subarray(0, macBytes);
  }
}
