/** The table of folders and the promises of file names, read from the tree; each rule with a planted offence. */
import { describe, expect, it } from '@jest/globals';
import { beingRebuilt, calculations, folders, pages, tables, withoutFolders } from './folders.mjs';
import { readProjects } from './projects.mjs';
import {
  folderObjections,
  ownerObjections,
  portObjections,
  readSources,
  rootObjections,
  sqlObjections,
} from './tree.mjs';

const apps = readProjects()
  .filter(({ tags }) => tags.includes('type:app'))
  .map(({ name }) => name);
const settled = apps.filter((app) => !beingRebuilt.includes(app) && !pages.includes(app));
const everySource = apps.flatMap(readSources);
/** @param {string} app */
const sourcesOf = (app) => everySource.filter((source) => source.app === app);
/** The schema of `order` is `orders`: the shorter is a word of SQL. @type {(app: string) => string} */
const schemaOf = (app) => (app === 'order' ? 'orders' : app.replaceAll('-', '_'));
/** @param {string} path @param {string} text @returns {import('./tree.mjs').Source} */
const source = (path, text) => {
  const [app = '', folder = '.', name = ''] = path.split('/');
  return { app, folder: folder === '.' ? null : folder, name, text };
};

describe('the table of folders', () => {
  it('lists every app', () => expect(Object.keys(folders).sort()).toEqual([...settled].sort()));

  it.each(settled)('lists the folders of %s', (app) =>
    expect(folderObjections(app, folders[app] ?? [], sourcesOf(app))).toEqual([]),
  );

  it('reports it when a folder is not listed, or not there', () =>
    expect(
      folderObjections(
        'order',
        ['order', 'gone'],
        [source('order/order/order.ts', ''), source('order/new/new.ts', '')],
      ),
    ).toEqual(['order/new is not listed', 'order/gone is listed and not there']));

  it.each(Object.entries(calculations))('has the calculations of %s at its foot', (app, names) =>
    expect(folders[app]?.slice(-names.length)).toEqual(names),
  );

  it.each(withoutFolders)('has no folder for %s', (app) => expect(folders[app]).toEqual([]));

  it.each(settled.filter((app) => !withoutFolders.includes(app)))(
    'leaves module, config, migrations and programs at the root of %s',
    (app) => expect(rootObjections(app, sourcesOf(app))).toEqual([]),
  );

  it('reports it when a file at the root is imported by others', () =>
    expect(
      rootObjections('order', [
        source('order/./money.ts', 'export const y = 1;'),
        source('order/./order.ts', 'start();'),
        source('order/order/order.query.ts', "import { y } from '../money.js';"),
      ]),
    ).toEqual(['order/money.ts belongs into a folder']));
});

describe('a port', () => {
  it('has two adapters', () =>
    expect(portObjections(everySource.filter(({ app }) => settled.includes(app)))).toEqual([]));

  it('is refused with one', () => {
    const port = source('order/order/payments.port.ts', 'export abstract class Payments {}');
    const one = source('order/order/payson.ts', 'export class Payson extends Payments {}');
    const other = source('order/order/mondido.ts', 'export class Mondido implements Payments {}');
    expect(portObjections([port, one])).toEqual(['order/payments.port.ts: Payments has fewer than two adapters']);
    expect(portObjections([port, one, other])).toEqual([]);
  });
});

describe('SQL', () => {
  it.each(settled)('of %s creates tables that a folder owns', (app) =>
    expect(ownerObjections(app, tables[app] ?? {}, sourcesOf(app))).toEqual([]),
  );

  it('reports it when no folder owns a table, or there is none', () =>
    expect(
      ownerObjections('order', { order: ['gone'] }, [
        source('order/./order.migrations.ts', 'CREATE TABLE orders.order_row (order_id uuid)'),
      ]),
    ).toEqual(['order: no folder owns the table order_row', 'order: no migration creates the table gone']));

  it.each(Object.keys(tables))('names the tables of %s in the folder that owns them', (app) =>
    expect(sqlObjections(schemaOf(app), app, tables[app] ?? {}, everySource)).toEqual([]),
  );

  it("reports it at another folder's table", () => {
    const owners = { 'order-list': ['order_row'] };
    const offence = 'names the table order_row of order/order-list';
    expect(
      sqlObjections('orders', 'order', owners, [
        source('order/order-list/order-list.query.ts', 'SELECT 1 FROM orders.order_row'),
        source('order/order/order.query.ts', 'SELECT 1 FROM orders.order_row'),
        source('order/order/order.ts', 'UPDATE order_row SET x = 1'),
        source('order/order/spoken.ts', '/** What orders.order_row holds. */'),
        source('audit/seal/seal.query.ts', 'SELECT 1 FROM orders.order_row'),
      ]),
    ).toEqual([
      `order/order/order.query.ts ${offence}`,
      `order/order/order.ts ${offence}`,
      `audit/seal/seal.query.ts ${offence}`,
    ]);
  });
});
