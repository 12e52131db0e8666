import { describe, expect, it } from 'vitest';
import { FrameScanner } from './frames.ts';

function packet(type: number, flags: number, body: Uint8Array) {
  const length = body.length < 128 ? [body.length] : [0x80 | (body.length % 128), body.length >> 7];
  return Buffer.concat([Buffer.from([(type << 4) | flags, ...length]), body]);
}

const CONNECT = packet(1, 0, Buffer.from('\0\x04MQTT\x04\x02\0\0\0\x01x'));
const PUBLISH = packet(3, 0, Buffer.from(`\0\x01t${'.'.repeat(300)}`));
const DISCONNECT = Buffer.from([0xe0, 0]);

function lastWord(...packets: Uint8Array[]) {
  const scanner = new FrameScanner(1_000);
  for (const packet of packets) scanner.feed(packet);
  return scanner.lastWord;
}

it('hears a DISCONNECT however the bytes are cut', () => {
  const bytes = Buffer.concat([CONNECT, PUBLISH, DISCONNECT]);
  for (const step of [1, 2, 3, 7, 100, bytes.length]) {
    const scanner = new FrameScanner(1_000);
    for (let at = 0; at < bytes.length; at += step) {
      expect(scanner.lastWord).toBeUndefined();
      scanner.feed(bytes.subarray(at, at + step));
    }
    expect(scanner.lastWord).toBe('disconnect');
  }
});

it('does not take the bytes of a payload for a packet', () => {
  const payload = packet(3, 0, Buffer.concat([Buffer.from('\0\x01t'), Buffer.alloc(200, DISCONNECT)]));
  expect(lastWord(CONNECT, payload)).toBeUndefined();
});

it('lets pass what clients send', () => {
  const publishes = [0, 1, 2].map((qos) => packet(3, qos << 1, Buffer.from('\0\x01t')));
  const acknowledgements = [
    packet(4, 0, Buffer.alloc(2)),
    packet(5, 0, Buffer.alloc(2)),
    packet(6, 2, Buffer.alloc(2)),
    packet(7, 0, Buffer.alloc(2)),
  ];
  const subscriptions = [packet(8, 2, Buffer.from('\0\x01\0\x01t\x01')), packet(10, 2, Buffer.from('\0\x02\0\x01t'))];
  const ping = packet(12, 0, Buffer.alloc(0));
  expect(lastWord(CONNECT, ...publishes, ...acknowledgements, ...subscriptions, ping)).toBeUndefined();
});

describe('is a violation:', () => {
  it.each([
    ['anything before CONNECT', [PUBLISH]],
    ['a second CONNECT', [CONNECT, CONNECT]],
    ['a packet that only servers send', [CONNECT, Buffer.from([0x20, 2, 0, 0])]],
    ['a reserved packet type', [CONNECT, Buffer.from([0xf0, 0])]],
    ['a DISCONNECT with flags', [CONNECT, Buffer.from([0xe1, 0])]],
    ['a length of five bytes', [CONNECT, Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff])]],
    ['a packet that is too long, before it has come', [CONNECT, Buffer.from([0x30, 0xe9, 0x07])]],
  ])('%s', (_, packets) => {
    expect(lastWord(...packets)).toBe('violation');
  });
});

it('does not go on after the last word', () => {
  expect(lastWord(CONNECT, DISCONNECT, CONNECT)).toBe('disconnect');
});
