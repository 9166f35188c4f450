/**
 * The limit of the order path: the ordinary way to build it. NestJS with Fastify, TypeORM, an outbox table and a worker
 * beside the HTTP server, on an embedded PostgreSQL of its own with the settings of the shop's. It does the same outward
 * work (order, checkout at the processor, callback, reading back, confirmation mail) and keeps nothing else: no
 * history, no sealing, no proof, no erasure.
 */
import 'reflect-metadata';
import { startEmbeddedPostgres } from '@dittoo/database';
import { Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { CallbacksController, CatalogueController, CustomersController, OrdersController } from './controllers.mjs';
import { entities } from './entities.mjs';
import { OutboxWorker } from './outbox-worker.mjs';
import { Processors } from './processors.mjs';
import { Tokens } from './tokens.mjs';

const { DATA_DIR: dataDir = '', PORT: port = '0', TOKEN_KEY: tokenKey = '' } = process.env;
const publicUrl = `http://127.0.0.1:${port}`;

const postgres = await startEmbeddedPostgres({ dataDir });
const url = postgres.url('postgres');
const rows = await new DataSource({ type: 'postgres', url, entities, synchronize: true, poolSize: 16 }).initialize();
const worker = new OutboxWorker(rows, new Processors(process.env, publicUrl));

class OrdinaryModule {}
Module({
  controllers: [CustomersController, CatalogueController, OrdersController, CallbacksController],
  providers: [
    { provide: DataSource, useValue: rows },
    { provide: OutboxWorker, useValue: worker },
    { provide: Tokens, useValue: new Tokens(Buffer.from(tokenKey, 'hex')) },
  ],
})(OrdinaryModule);

const app = await NestFactory.create(OrdinaryModule, new FastifyAdapter(), { logger: ['error'] });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
await app.listen(Number(port), '127.0.0.1');
worker.start();
process.stdout.write(`ready ${publicUrl}\n`);

process.once('SIGTERM', async () => {
  await app.close();
  await worker.stop();
  await rows.destroy();
  await postgres.stop();
  process.exit(0);
});
