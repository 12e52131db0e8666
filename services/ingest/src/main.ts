import { setFlagsFromString } from 'node:v8';
import { runService } from '@rollcall/service';
import { ingest } from './ingest.ts';
import { SETTINGS } from './settings.ts';

// V8's new heap has 2 × 16 MB by now. Large messages would let it grow to 2 × 64 MB, which hold little but garbage.
setFlagsFromString('--semi-space-growth-factor=1');

await runService(
  {
    name: 'ingest',
    summary: 'Reads MQTT life-cycle events from Event Hubs and writes each into its client’s partition of Kafka.',
    settings: SETTINGS,
    run: ingest,
  },
  process,
);
