import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Per event: parse, compare its sequence number with the session's, keep the newer one, pass it on. */
class SessionFold implements Processor<String, byte[], String, Snapshot> {
  static final String STORE = "sessions";
  private static boolean begun = false;

  private final boolean withRedis;
  private ProcessorContext<String, Snapshot> context;
  private KeyValueStore<String, Snapshot> sessions;
  private RedisSink redis;
  private boolean told = false;

  SessionFold(boolean withRedis) {
    this.withRedis = withRedis;
  }

  @Override public void init(ProcessorContext<String, Snapshot> context) {
    this.context = context;
    sessions = context.getStateStore(STORE);
    if (withRedis) redis = context.getStateStore(RedisSink.NAME);
  }

  @Override public void process(Record<String, byte[]> record) {
    if (!told) tellFirst();
    SessionEvent event;
    try {
      event = SessionEvent.READER.readValue(record.value());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String key = event.key();
    Snapshot known = sessions.get(key);
    if (known != null && event.data.sequenceNumber <= known.sequenceNumber) return;
    Snapshot snapshot = event.snapshot();
    sessions.put(key, snapshot);
    if (withRedis) redis.put(key, snapshot);
    context.forward(new Record<>(key, snapshot, record.timestamp()));
  }

  /** When the first record of all came, for whoever measures: `FIRST`, milliseconds since 1970. */
  private void tellFirst() {
    told = true;
    synchronized (SessionFold.class) {
      if (begun) return;
      begun = true;
      System.out.println("FIRST " + System.currentTimeMillis());
      System.out.flush();
    }
  }
}
