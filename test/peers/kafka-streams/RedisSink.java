import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/**
 * Writes each snapshot to Redis, in a pipeline of up to 1,000 commands. A state store without data: it drains the pipeline when Kafka Streams
 * prepares a commit, so no offset is committed before Redis has answered for every snapshot up to it. Kafka Streams 4.3 does not call the public
 * flush() and commit() there (only at a checkpoint, after the commit, and at close), hence the internal CachedStateStore.
 */
class RedisSink implements StateStore, CachedStateStore<Object, Object> {
  static final String NAME = "redis";
  private static final int LONGEST_PIPELINE = 1000;
  private static final int TIMEOUT_MS = 10_000;

  private final String host;
  private final int port;
  private final String prefix;
  private Jedis connection;
  private Pipeline pipeline;
  private int pending;
  private boolean open;

  private RedisSink(String host, int port, String prefix) {
    this.host = host;
    this.port = port;
    this.prefix = prefix;
  }

  void put(String key, Snapshot snapshot) {
    Map<String, String> fields = new HashMap<>(8);
    fields.put("state", snapshot.state);
    fields.put("sequenceNumber", Long.toString(snapshot.sequenceNumber));
    fields.put("time", snapshot.time);
    fields.put("reason", snapshot.reason == null ? "" : snapshot.reason);
    pipeline.hset(prefix + key, fields);
    if (++pending >= LONGEST_PIPELINE) drain();
  }

  private void drain() {
    if (pending == 0) return;
    pending = 0;
    for (Object reply : pipeline.syncAndReturnAll()) if (reply instanceof RuntimeException error) throw error;
  }

  @Override public String name() { return NAME; }

  @Override public void init(StateStoreContext context, StateStore root) {
    connection = new Jedis(host, port, TIMEOUT_MS);
    pipeline = connection.pipelined();
    open = true;
    context.register(root, (key, value) -> {});
  }

  @Override public void flushCache() { drain(); }

  @Override public void flush() { drain(); }

  @Override public void commit(Map<TopicPartition, Long> offsets) { drain(); }

  @Override public void close() {
    if (!open) return;
    open = false;
    try {
      drain();
    } finally {
      connection.close();
    }
  }

  @Override public boolean persistent() { return false; }

  @Override public boolean isOpen() { return open; }

  @Override public boolean setFlushListener(CacheFlushListener<Object, Object> listener, boolean sendOldValues) { return false; }

  @Override public void clearCache() {}

  /** One sink for each task of Kafka Streams, without a changelog. */
  record Builder(String host, int port, String prefix) implements StoreBuilder<RedisSink> {
    @Override public RedisSink build() { return new RedisSink(host, port, prefix); }

    @Override public String name() { return NAME; }

    @Override public Map<String, String> logConfig() { return Map.of(); }

    @Override public boolean loggingEnabled() { return false; }

    @Override public StoreBuilder<RedisSink> withCachingEnabled() { return this; }

    @Override public StoreBuilder<RedisSink> withCachingDisabled() { return this; }

    @Override public StoreBuilder<RedisSink> withLoggingEnabled(Map<String, String> config) { return this; }

    @Override public StoreBuilder<RedisSink> withLoggingDisabled() { return this; }
  }
}
