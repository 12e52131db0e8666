import { mutantsOf } from '../mutant.ts';

const LATEST_CONNECTED = '(compare(a.sequenceNumber, b.sequenceNumber) || compare(a.time, b.time)) >= 0';
const NEWEST_CONNECTED = '(compare(a.time, b.time) || compare(a.sequenceNumber, b.sequenceNumber)) >= 0';
const LATEST_DISCONNECTED = 'compare(a.sequenceNumber, b.sequenceNumber) || compare(a.time, b.time) || compareText(a.reason, b.reason)';
const NEWEST_DISCONNECTED = 'compare(a.time, b.time) || compare(a.sequenceNumber, b.sequenceNumber) || compareText(a.reason, b.reason)';
const UTF_16 = '(a.reason < b.reason ? -1 : a.reason > b.reason ? 1 : 0)';
const IS_FIRST = 'latestConnected?.sequenceNumber === connected.sequenceNumber && firstTime === connected.time';
const OF_CONNECTED = 'isFirst || sameConnected(latestConnected, connected) || sameConnected(newestConnected, connected)';
const OF_DISCONNECTED =
  'sameDisconnected(memory.latestDisconnected, disconnected) || sameDisconnected(memory.newestDisconnected, disconnected)';
const ENDED_LATER = '(newestDisconnected !== undefined && newestDisconnected.time > newestConnected.time)';

export const SESSION_MEMORY = mutantsOf('packages/fold/src/session-memory.ts', [
  ['a Connected has no first time', 'firstTime: time,', 'firstTime: undefined,'],
  [
    'the reason of a Disconnected is forgotten',
    'const disconnected = { sequenceNumber, time, reason };',
    "const disconnected = { sequenceNumber, time, reason: '' };",
  ],
  [
    'the newest time of a session is that of its Connected, though it ended later',
    `newestConnected === undefined || ${ENDED_LATER}`,
    'newestConnected === undefined',
  ],
  ['the newest time of a session is that of its Disconnected, though it connected later', ENDED_LATER, 'newestDisconnected !== undefined'],
  [
    'the newest time of a session is the older of its two',
    'newestDisconnected.time > newestConnected.time',
    'newestDisconnected.time < newestConnected.time',
  ],
  ['the latest Connected is the newest', 'b.latestConnected, latestConnectedOf)', 'b.latestConnected, newestOf)'],
  ['the newest Connected is that of the highest number', 'b.newestConnected, newestOf)', 'b.newestConnected, latestConnectedOf)'],
  ['the latest Disconnected is the newest', 'b.latestDisconnected, latestDisconnectedOf)', 'b.latestDisconnected, newestDisconnectedOf)'],
  [
    'the newest Disconnected is that of the highest number',
    'b.newestDisconnected, newestDisconnectedOf)',
    'b.newestDisconnected, latestDisconnectedOf)',
  ],
  ['a Connected of a higher number is not news where the first time and the newest stay', 'latestConnected === a.latestConnected &&', ''],
  ['an earlier time of the same number is not news', 'firstTime === a.firstTime &&', ''],
  ['a newer Connected of a lower number is not news', 'newestConnected === a.newestConnected &&', ''],
  ['an older Disconnected of a higher number is not news', 'latestDisconnected === a.latestDisconnected &&', ''],
  ['a newer Disconnected of a lower number is not news', ' &&\n    newestDisconnected === a.newestDisconnected\n', '\n'],
  [
    'the first time of a number is not known as a duplicate',
    OF_CONNECTED,
    'sameConnected(latestConnected, connected) || sameConnected(newestConnected, connected)',
  ],
  ['any time of the latest number is a duplicate', IS_FIRST, 'latestConnected?.sequenceNumber === connected.sequenceNumber'],
  ['any number at the first time is a duplicate', IS_FIRST, 'firstTime === connected.time'],
  ['the latest Connected is not known as a duplicate', OF_CONNECTED, 'isFirst || sameConnected(newestConnected, connected)'],
  ['the newest Connected is not known as a duplicate', OF_CONNECTED, 'isFirst || sameConnected(latestConnected, connected)'],
  ['the latest Disconnected is not known as a duplicate', OF_DISCONNECTED, 'sameDisconnected(memory.newestDisconnected, disconnected)'],
  ['the newest Disconnected is not known as a duplicate', OF_DISCONNECTED, 'sameDisconnected(memory.latestDisconnected, disconnected)'],
  ['two Connecteds of one time are the same', '(a?.sequenceNumber === b?.sequenceNumber && a?.time === b?.time)', 'a?.time === b?.time'],
  [
    'two Connecteds of one number are the same',
    '(a?.sequenceNumber === b?.sequenceNumber && a?.time === b?.time)',
    'a?.sequenceNumber === b?.sequenceNumber',
  ],
  ['two Disconnecteds that differ in their reason are the same', 'sameConnected(a, b) && a?.reason === b?.reason', 'sameConnected(a, b)'],
  ['two Disconnecteds of one reason are the same', 'sameConnected(a, b) && a?.reason === b?.reason', 'a?.reason === b?.reason'],
  ['what was not remembered before is never remembered', 'return a ?? b;', 'return a;'],
  ['what the event does not tell is forgotten', 'return a ?? b;', 'return b;'],
  ['of one number, the Connected that came first is the latest', LATEST_CONNECTED, 'compare(a.sequenceNumber, b.sequenceNumber) >= 0'],
  ['the latest Connected is the newest, whatever its number', LATEST_CONNECTED, 'compare(a.time, b.time) >= 0'],
  ['the latest Connected, told again, is news', LATEST_CONNECTED, LATEST_CONNECTED.replace('>=', '>')],
  [
    'the lowest number is the latest Connected',
    LATEST_CONNECTED,
    '(compare(b.sequenceNumber, a.sequenceNumber) || compare(a.time, b.time)) >= 0',
  ],
  [
    'the first time of a lower number counts for a higher one',
    'if (b.latestConnected?.sequenceNumber !== latest?.sequenceNumber) return a.firstTime;',
    '',
  ],
  [
    'the first time of a lower number stays as a higher one comes',
    'if (a.latestConnected?.sequenceNumber !== latest?.sequenceNumber) return b.firstTime;',
    '',
  ],
  ['the first time of a number is its last', 'b.firstTime < a.firstTime', 'b.firstTime > a.firstTime'],
  ['of one time, the Connected that came first is the newest', NEWEST_CONNECTED, 'compare(a.time, b.time) >= 0'],
  [
    'the newest Connected is that of the highest number, whatever its time',
    NEWEST_CONNECTED,
    'compare(a.sequenceNumber, b.sequenceNumber) >= 0',
  ],
  ['the newest Connected, told again, is news', NEWEST_CONNECTED, NEWEST_CONNECTED.replace('>=', '>')],
  [
    'the latest Disconnected is the newest, whatever its number',
    LATEST_DISCONNECTED,
    'compare(a.time, b.time) || compareText(a.reason, b.reason)',
  ],
  [
    'of one number, the Disconnected of the greater reason is the latest',
    LATEST_DISCONNECTED,
    'compare(a.sequenceNumber, b.sequenceNumber) || compareText(a.reason, b.reason)',
  ],
  [
    'of one number and time, the Disconnected that came first is the latest',
    LATEST_DISCONNECTED,
    'compare(a.sequenceNumber, b.sequenceNumber) || compare(a.time, b.time)',
  ],
  [
    'reasons of the latest Disconnected compare by UTF-16',
    LATEST_DISCONNECTED,
    `compare(a.sequenceNumber, b.sequenceNumber) || compare(a.time, b.time) || ${UTF_16}`,
  ],
  [
    'the latest Disconnected, told again, is news',
    `${LATEST_DISCONNECTED};\n  return order >= 0`,
    `${LATEST_DISCONNECTED};\n  return order > 0`,
  ],
  [
    'the newest Disconnected is that of the highest number, whatever its time',
    NEWEST_DISCONNECTED,
    'compare(a.sequenceNumber, b.sequenceNumber) || compareText(a.reason, b.reason)',
  ],
  [
    'of one time, the Disconnected of the greater reason is the newest',
    NEWEST_DISCONNECTED,
    'compare(a.time, b.time) || compareText(a.reason, b.reason)',
  ],
  [
    'of one time and number, the Disconnected that came first is the newest',
    NEWEST_DISCONNECTED,
    'compare(a.time, b.time) || compare(a.sequenceNumber, b.sequenceNumber)',
  ],
  [
    'reasons of the newest Disconnected compare by UTF-16',
    NEWEST_DISCONNECTED,
    `compare(a.time, b.time) || compare(a.sequenceNumber, b.sequenceNumber) || ${UTF_16}`,
  ],
  [
    'the newest Disconnected, told again, is news',
    `${NEWEST_DISCONNECTED};\n  return order >= 0`,
    `${NEWEST_DISCONNECTED};\n  return order > 0`,
  ],
  ['the smaller of two numbers is the greater', 'a < b ? -1 : a > b ? 1 : 0', 'a < b ? 1 : a > b ? -1 : 0'],
  ['numbers compare as doubles', 'return a < b ? -1 : a > b ? 1 : 0', 'return Math.sign(Number(a) - Number(b))'],
]);
