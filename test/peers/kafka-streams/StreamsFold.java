import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * What a user of Kafka Streams would write: session events to the newest state of each session, exactly once, in RocksDB with a changelog, and
 * in a derived topic; with a host, also in Redis. Two threads; all else as Kafka Streams has it, but for the commit interval where one is given
 * (its own is 100 ms), and then the time limit of a transaction, which must be longer.
 *
 * <p>Usage: StreamsFold BROKER TOPIC DERIVED-TOPIC GROUP STATE-DIR COMMIT-MS|default [REDIS-HOST REDIS-PORT KEY-PREFIX]. Creates the derived topic. Ends when its
 * standard input does.
 */
public class StreamsFold {
  public static void main(String[] args) throws Exception {
    String broker = args[0], topic = args[1], derived = args[2], group = args[3], stateDir = args[4], commitMs = args[5];
    RedisSink.Builder redis = args.length > 6 ? new RedisSink.Builder(args[6], Integer.parseInt(args[7]), args[8]) : null;
    createLike(topic, derived, broker);
    KafkaStreams streams = new KafkaStreams(topology(topic, derived, redis), config(broker, group, stateDir, commitMs));
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      Runtime.getRuntime().halt(3);
      return null;
    });
    streams.start();
    awaitEndOfInput();
    streams.close(Duration.ofSeconds(20));
    System.exit(0);
  }

  private static Topology topology(String topic, String derived, RedisSink.Builder redis) {
    Topology topology = new Topology();
    topology.addSource("events", new StringDeserializer(), new ByteArrayDeserializer(), topic);
    topology.addProcessor("fold", () -> new SessionFold(redis != null), "events");
    var sessions = Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(SessionFold.STORE), Serdes.String(), Snapshot.serde());
    topology.addStateStore(sessions, "fold");
    if (redis != null) topology.addStateStore(redis, "fold");
    topology.addSink("derived", derived, new StringSerializer(), Snapshot.serde().serializer(), "fold");
    return topology;
  }

  private static Properties config(String broker, String group, String stateDir, String commitMs) {
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker);
    config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir);
    config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    config.put("auto.offset.reset", "earliest");
    if (!commitMs.equals("default")) {
      config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitMs);
      config.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), 60_000 + Integer.parseInt(commitMs));
    }
    return config;
  }

  private static void createLike(String topic, String derived, String broker) throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
      int partitions = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
      admin.createTopics(List.of(new NewTopic(derived, Optional.of(partitions), Optional.empty()))).all().get();
    }
  }

  private static void awaitEndOfInput() throws IOException {
    while (System.in.read() >= 0) continue;
  }
}
