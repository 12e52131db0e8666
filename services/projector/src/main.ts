import { runService } from '@rollcall/service';
import { project } from './projector.ts';
import { SETTINGS } from './settings.ts';

await runService(
  {
    name: 'projector',
    summary: 'Folds the MQTT life-cycle events in Kafka into session and client snapshots: derived topics and Redis.',
    settings: SETTINGS,
    run: project,
  },
  process,
);
