import { runService } from '@rollcall/service';
import { ingest } from './ingest.ts';
import { SETTINGS } from './settings.ts';

await runService(
  {
    name: 'ingest',
    summary: 'Reads MQTT life-cycle events from Event Hubs and writes each into its client’s partition of Kafka.',
    settings: SETTINGS,
    run: ingest,
  },
  process,
);
