import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';

/** Snapshots repeat the names of their fields: the fastest level takes nine tenths of their bytes away, and costs less than checksumming,
 *  copying and sending them would. To look back further than 128 KB finds no more. */
const FASTEST = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 17 };

/** A chunk for all of a batch, mostly: several would be copied into one. None is so small that Node cuts it from the pool of small buffers. */
const USUAL_RATIO = 12;
const MIN_CHUNK = Buffer.poolSize;
const MAX_CHUNK = 1_048_576;

const { CompressionCodecs, CompressionTypes } = kafkajs;

// kafkajs leaves this codec to whoever wants it.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }: { readonly buffer: Buffer }) => compressRecords(buffer),
  decompress: async (buffer: Buffer) => decompressRecords(buffer),
});

function decompressRecords(compressed: Buffer): Buffer {
  const chunkSize = within(MIN_CHUNK, USUAL_RATIO * compressed.length, MAX_CHUNK);
  return takenFromZlib(zstdDecompressSync(compressed, { chunkSize }), chunkSize);
}

export function compressRecords(records: Buffer): Buffer {
  const chunkSize = within(MIN_CHUNK, compressBound(records.length), MAX_CHUNK);
  return takenFromZlib(zstdCompressSync(records, { params: FASTEST, chunkSize }), chunkSize);
}

/** The result in a buffer of at most twice its size, which lives no longer than whoever keeps a record of it. zlib keeps the chunk until V8
 *  collects its old heap, which it does for every 64 MB of buffers: of the chunk no memory is left. */
function takenFromZlib(result: Buffer, chunkSize: number): Buffer {
  const { buffer, byteOffset, length } = result;
  // Several chunks were copied into one buffer.
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== chunkSize) return result;
  if (length >= chunkSize / 2) return Buffer.from(buffer.transfer(), byteOffset, length);
  const copy = Buffer.from(result);
  buffer.transfer(0);
  return copy;
}

/** As many bytes as it may become at the worst: with room for them, zstd needs no buffers of its own. Source: zstd.h, ZSTD_COMPRESSBOUND, whose
 *  last term is 64 at the most. */
function compressBound(size: number): number {
  return size + (size >> 8) + 64;
}

function within(least: number, size: number, most: number): number {
  return Math.min(Math.max(least, size), most);
}

/** How all that we write is compressed. */
export const COMPRESSION = CompressionTypes.ZSTD;

/** What one fetch takes of a partition, in compressed bytes, of which events may have ten times as many: some thousand events. */
export const FETCH_BYTES = 64 * 1_024;
/** The same of the projector, which makes a transaction of a fetch, and is the slower the smaller they are. */
export const PROJECTOR_FETCH_BYTES = 256 * 1_024;
