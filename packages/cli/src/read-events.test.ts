import { describe, expect, it } from 'vitest';
import { readEvents } from './read-events.ts';

const EVENT = '{ "id": "1",  "data": {"sequenceNumber": 9223372036854775807} }';

describe('the events of a file', () => {
  it('are the object, the elements of the array or the lines, byte for byte', () => {
    expect(readEvents(EVENT)).toEqual([EVENT]);
    expect(readEvents(`[${EVENT},\n ${EVENT}]`)).toEqual([EVENT, EVENT]);
    expect(readEvents(`${EVENT}\n${EVENT}\n`)).toEqual([EVENT, EVENT]);
  });

  it('may be one object over many lines', () => {
    const pretty = JSON.stringify({ id: '1', data: { a: [1, 2] } }, undefined, 2);
    expect(readEvents(`\n${pretty}\n`)).toEqual([pretty]);
  });

  it('may stand in a file written on Windows, with blank lines', () => {
    expect(readEvents(`${EVENT}\r\n\r\n  \r\n${EVENT}\r\n`)).toEqual([EVENT, EVENT]);
  });

  it('are refused as a whole where one is broken, and the place is named', () => {
    expect(() => readEvents(`${EVENT}\n{"id": \n${EVENT}`)).toThrow('event 2 is not a JSON object');
    expect(() => readEvents(`[${EVENT}, 7]`)).toThrow('event 2 is not a JSON object');
    expect(() => readEvents(`[${EVENT}, ]`)).toThrow('event 2 is not a JSON object');
    expect(() => readEvents(`[${EVENT}, ${EVENT}`.slice(0, -3))).toThrow('event 2 is not a JSON object');
  });

  it('are not lost behind the end of an array', () => {
    expect(() => readEvents(`[${EVENT}] ${EVENT} nonsense`)).toThrow('event 2 is not a JSON object');
  });

  it.each(['', '  \n ', '[]'])('are missing in "%s"', (text) => expect(() => readEvents(text)).toThrow('it holds no events'));
});
