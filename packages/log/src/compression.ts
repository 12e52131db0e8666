import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';

/** Snapshots repeat the names of their fields: the fastest level takes nine tenths of their bytes away, and costs less than checksumming,
 *  copying and sending them would. */
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** A chunk for all of a batch, mostly: several would be copied into one. */
const USUAL_RATIO = 12;
const MIN_CHUNK = 1_024;
const MAX_CHUNK = 1_048_576;

const { CompressionCodecs, CompressionTypes } = kafkajs;

// kafkajs leaves this codec to whoever wants it.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }: { readonly buffer: Buffer }) => compressRecords(buffer),
  decompress: async (buffer: Buffer) => decompressRecords(buffer),
});

function decompressRecords(compressed: Buffer): Buffer {
  const chunkSize = Math.min(Math.max(MIN_CHUNK, USUAL_RATIO * compressed.length), MAX_CHUNK);
  const records = zstdDecompressSync(compressed, { chunkSize });
  // Whoever keeps a record keeps the chunk.
  return records.length < records.buffer.byteLength / 2 ? Buffer.from(records) : records;
}

export function compressRecords(records: Buffer): Buffer {
  return zstdCompressSync(records, FASTEST);
}

/** How all that we write is compressed. */
export const COMPRESSION = CompressionTypes.ZSTD;

/** What one fetch takes of a partition, in compressed bytes, of which events may have ten times as many: some thousand events. */
export const FETCH_BYTES = 64 * 1_024;
/** The same of the projector, which makes a transaction of a fetch, and is the slower the smaller they are. */
export const PROJECTOR_FETCH_BYTES = 256 * 1_024;
