import { describe } from '@jest/globals';
import { ShopProcess } from './shop-process.js';
import { wholeShopContract } from './whole-shop.contract.js';

describe('the shop in one process', () => wholeShopContract(() => ShopProcess.start(), 30_000));
