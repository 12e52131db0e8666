import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';

/** Snapshots repeat the names of their fields: the fastest level takes nine tenths of their bytes away, and costs less than checksumming,
 *  copying and sending them would. */
const FASTEST = { [constants.ZSTD_c_compressionLevel]: 1 };

/** A chunk for all of a batch, mostly: several would be copied into one. What zlib allocates for each call lives until V8 collects its old heap, which
 *  it does for every 64 MB of buffers: in steady traffic batches are small, and Node's own 16 KB would be most of these. */
const USUAL_RATIO = 12;
const LEAST_RATIO = 4;
const MIN_CHUNK = 1_024;
const MAX_CHUNK = 1_048_576;
const MAX_COMPRESSED_CHUNK = 16_384;

const { CompressionCodecs, CompressionTypes } = kafkajs;

// kafkajs leaves this codec to whoever wants it.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }: { readonly buffer: Buffer }) => compressRecords(buffer),
  decompress: async (buffer: Buffer) => decompressRecords(buffer),
});

function decompressRecords(compressed: Buffer): Buffer {
  const chunkSize = within(MIN_CHUNK, USUAL_RATIO * compressed.length, MAX_CHUNK);
  const records = zstdDecompressSync(compressed, { chunkSize });
  // Whoever keeps a record keeps the chunk.
  return records.length < records.buffer.byteLength / 2 ? Buffer.from(records) : records;
}

export function compressRecords(records: Buffer): Buffer {
  const chunkSize = within(MIN_CHUNK, Math.ceil(records.length / LEAST_RATIO), MAX_COMPRESSED_CHUNK);
  return zstdCompressSync(records, { params: FASTEST, chunkSize });
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
