import type { Mutant } from '../mutant.ts';
import { CHANGE_KINDS } from './change-kinds.ts';
import { CLIENT } from './client.ts';
import { CLIENT_RESOURCE } from './client-resource.ts';
import { FOLD } from './fold.ts';
import { FOLD_BATCH } from './fold-batch.ts';
import { FORGETTING } from './forgetting.ts';
import { PRESENCE } from './presence.ts';
import { REGISTERS } from './registers.ts';
import { SESSION_CONCLUSION } from './session-conclusion.ts';
import { SESSION_MEMORY } from './session-memory.ts';
import { SETTINGS } from './settings.ts';
import { SNAPSHOT } from './snapshot.ts';
import { READS_MEMORY_OF, STATE_RECORD } from './state-record.ts';
import { STORED_SESSION } from './stored-session.ts';

export const MUTANTS: readonly Mutant[] = [
  ...SESSION_MEMORY,
  ...SESSION_CONCLUSION,
  ...PRESENCE,
  ...FORGETTING,
  ...CLIENT_RESOURCE,
  ...CLIENT,
  ...FOLD,
  ...FOLD_BATCH,
  ...CHANGE_KINDS,
  ...SNAPSHOT,
  ...STORED_SESSION,
  ...REGISTERS,
  ...STATE_RECORD,
  ...READS_MEMORY_OF,
  ...SETTINGS,
];
