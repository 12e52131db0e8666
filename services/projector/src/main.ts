import { setFlagsFromString } from 'node:v8';
import { runService } from '@rollcall/service';
import { project } from './projector.ts';
import { SETTINGS } from './settings.ts';

// What has mostly survived before, V8 puts into the old heap at once: here the events and clients of a batch, which outlive a scavenge or two and
// are garbage there.
setFlagsFromString('--no-allocation-site-pretenuring');
// The old heap may grow to three times what lived at its last collection. Left to itself, V8 collects it three times in a row once it is some 50 MB, and
// each time its threads take both cores of a small machine for 150 ms (docs/adr/0029).
setFlagsFromString('--heap-growing-percent=200');

await runService(
  {
    name: 'projector',
    summary: 'Folds the MQTT life-cycle events in Kafka into session and client snapshots: derived topics and Redis.',
    settings: SETTINGS,
    run: project,
  },
  process,
);
