import { describe } from '@jest/globals';
import { ApartShop } from './apart-process.js';
import { badInputContract } from './bad-input.contract.js';
import { wholeShopContract } from './whole-shop.contract.js';

describe('the shop as separate processes', () => wholeShopContract(() => ApartShop.start(), 120_000));

describe('wrong input to the shop as separate processes', () => badInputContract(() => ApartShop.start()));
