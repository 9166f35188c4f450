import { describe } from '@jest/globals';
import { DistributedShop } from './distributed-process.js';
import { badInputContract } from './bad-input.contract.js';
import { wholeShopContract } from './whole-shop.contract.js';

describe('the distributed shop', () => wholeShopContract(() => DistributedShop.start(), 120_000));

describe('invalid input to the distributed shop', () => badInputContract(() => DistributedShop.start()));
