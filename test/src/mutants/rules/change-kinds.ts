import { mutantsOf } from '../mutant.ts';

const SOURCE_OR_LENGTH = 'before.source?.source !== after.source?.source || before.sessions.length !== after.sessions.length';
const CONNECTED =
  'after.ending === undefined ? !sameConnected(before?.connected, after.connected) : before?.connected?.time !== after.connected?.time';
const BECAME = "after.presence !== before.presence && after.presence !== 'unknown'";

export const CHANGE_KINDS = mutantsOf('packages/fold/src/change-kinds.ts', [
  ['another source is no change', SOURCE_OR_LENGTH, 'before.sessions.length !== after.sessions.length'],
  ['another number of remembered sessions is no change', SOURCE_OR_LENGTH, 'before.source?.source !== after.source?.source'],
  [
    'another source does not show where a session event brings it',
    'sessionChanges(sessionBefore, sessionAfter, kinds) || visible',
    'sessionChanges(sessionBefore, sessionAfter, kinds)',
  ],
  [
    'what a session shows is no change of its client',
    'visible = presenceChanges(before, after, kinds) || visible',
    'visible = presenceChanges(before, after, kinds)',
  ],
  [
    'what a session or presence shows is no change',
    'visible = resourceChanges(before, after, kinds) || visible',
    'visible = resourceChanges(before, after, kinds)',
  ],
  [
    'another reason of an ending is no change',
    'const ended = !sameDisconnected(before?.ending, after.ending)',
    'const ended = !sameConnected(before?.ending, after.ending)',
  ],
  ['an ending is no change', 'const ended = !sameDisconnected(before?.ending, after.ending)', 'const ended = false'],
  ['the number of a connection that ended is a change', CONNECTED, '!sameConnected(before?.connected, after.connected)'],
  ['another number of a connection that is there is no change', CONNECTED, 'before?.connected?.time !== after.connected?.time'],
  [
    'another beginning of a connection that ended is no change',
    CONNECTED,
    'after.ending === undefined && !sameConnected(before?.connected, after.connected)',
  ],
  ['a counter that restarts is no change', 'before?.counterRestarted !== after.counterRestarted', 'false'],
  [
    'a connection that turns out not to have ended is not told',
    "if (connected || ended) kinds.push('session-connected')",
    "if (connected) kinds.push('session-connected')",
  ],
  [
    'a connection that follows another without its end is not told',
    "if (connected || ended) kinds.push('session-connected')",
    "if (ended) kinds.push('session-connected')",
  ],
  [
    'details of a connection that ended are told as its end',
    "} else if (ended) kinds.push('session-disconnected')",
    "} else if (connected || ended) kinds.push('session-disconnected')",
  ],
  [
    'details of a connection are told as a connection',
    "if (connected || ended) kinds.push('session-connected')",
    "kinds.push('session-connected')",
  ],
  ['a counter that restarted is told with each connection', 'restarted && after.counterRestarted', 'after.counterRestarted'],
  ['a counter that did not restart is told to have', 'restarted && after.counterRestarted', 'restarted'],
  ['a new connection without an end shows nowhere', 'return connected || ended || restarted', 'return ended || restarted'],
  ['an end shows nowhere', 'return connected || ended || restarted', 'return connected || restarted'],
  ['a counter that restarts alone shows nowhere', 'return connected || ended || restarted', 'return connected || ended'],
  ['presence is told with each change', BECAME, "after.presence !== 'unknown'"],
  ['another presence is not told', BECAME, 'false'],
  ['a confirmation is told with each change', 'after.offlineConfirmed && !before.offlineConfirmed', 'after.offlineConfirmed'],
  [
    'a confirmation that ends is told as one',
    'after.offlineConfirmed && !before.offlineConfirmed',
    'after.offlineConfirmed !== before.offlineConfirmed',
  ],
  ['another presence since the same time is no change', 'before.presence !== after.presence ||', ''],
  ['another since is no change', 'before.since !== after.since ||', ''],
  ['a confirmation is no change', 'before.offlineConfirmed !== after.offlineConfirmed', 'false'],
  ['a deleted client is told to be deleted by each event', "exists === 'no' && existed !== 'no'", "exists === 'no'"],
  ['a Deleted is not told', "exists === 'no' && existed !== 'no'", 'false'],
  ['a client that exists is told to be registered by each event', "exists === 'yes' && existed !== 'yes'", "exists === 'yes'"],
  ['a client that is registered is told to be updated', "exists === 'yes' && existed !== 'yes'", 'false'],
  ['the last update of a deleted client is told', "else if (exists === 'yes' && written)", 'else if (written)'],
  ['an update that changes nothing is told', "else if (exists === 'yes' && written)", "else if (exists === 'yes')"],
  [
    'a Deleted from before the client was created anew is a change',
    "exists === 'no' && before.deleted?.time !== after.deleted?.time",
    'before.deleted?.time !== after.deleted?.time',
  ],
  ['another time of a deletion is no change', "exists === 'no' && before.deleted?.time !== after.deleted?.time", 'false'],
  ['an update is no change', 'return written || deleted ||', 'return deleted ||'],
  ['a deletion is no change', 'return written || deleted ||', 'return written ||'],
  ['another name is no change', ' || clientNameOf(before) !== clientNameOf(after)', ''],
]);
