import { describe } from '@jest/globals';
import { badInputContract } from './bad-input.contract.js';
import { ShopProcess } from './shop-process.js';

describe('invalid input to the shop in one process', () => badInputContract(() => ShopProcess.start()));
