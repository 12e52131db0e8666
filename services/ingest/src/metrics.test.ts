import { expect, it } from 'vitest';
import { createIngestMetrics } from './metrics.ts';

it('counts each field that had to be tolerated', async () => {
  const { registry, tolerated } = createIngestMetrics({ partitions: () => [], sources: () => new Map(), clockOffset: () => 0 });
  tolerated(['disconnectionReason', 'clientName', 'disconnectionReason']);
  tolerated([]);
  const text = await registry.metrics();
  const counted = text.split('\n').filter((line) => line.startsWith('rollcall_ingest_tolerated_total'));
  expect(counted.sort()).toEqual([
    'rollcall_ingest_tolerated_total{field="clientName"} 1',
    'rollcall_ingest_tolerated_total{field="disconnectionReason"} 2',
  ]);
});
