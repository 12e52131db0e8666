import com.azure.core.amqp.exception.AmqpException;
import com.azure.json.JsonProviders;
import com.azure.json.JsonWriter;
import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventDataBatch;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubConsumerClient;
import com.azure.messaging.eventhubs.EventHubProducerClient;
import com.azure.messaging.eventhubs.EventHubProperties;
import com.azure.messaging.eventhubs.PartitionProperties;
import com.azure.messaging.eventhubs.models.CreateBatchOptions;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.azure.messaging.eventhubs.models.PartitionEvent;
import com.azure.messaging.eventhubs.models.ReceiveOptions;
import com.azure.messaging.eventhubs.models.SendOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sends to and receives from an event hub with Microsoft's Java SDK, and prints one line of JSON for each thing it learned.
 * Arguments: connection string, hub, number of events that are already in partition 0.
 */
public final class EventHubsInterop {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    public static void main(String[] arguments) throws IOException {
        EventHubClientBuilder builder = new EventHubClientBuilder()
            .connectionString(arguments[0], arguments[1])
            .consumerGroup("java");
        int waiting = Integer.parseInt(arguments[2]);
        try (EventHubProducerClient producer = builder.buildProducerClient();
                EventHubConsumerClient consumer = builder.buildConsumerClient()) {
            describe(producer);
            receive(consumer, "0", waiting);
            sendSingle(producer);
            sendBatch(producer);
            sendTooLarge(producer);
            receive(consumer, "1", 4);
            describe(producer);
        }
        System.exit(0);
    }

    private static void describe(EventHubProducerClient producer) throws IOException {
        EventHubProperties hub = producer.getEventHubProperties();
        Map<String, Object> line = new TreeMap<>();
        line.put("hub", hub.getName());
        line.put("partitionIds", hub.getPartitionIds().stream().toList());
        print(line);
        for (String partitionId : hub.getPartitionIds()) {
            PartitionProperties partition = producer.getPartitionProperties(partitionId);
            print(Map.of(
                "partition", partition.getId(),
                "empty", partition.isEmpty(),
                "first", partition.getBeginningSequenceNumber(),
                "last", partition.getLastEnqueuedSequenceNumber()));
        }
    }

    private static void sendSingle(EventHubProducerClient producer) {
        byte[] body = new byte[256];
        for (int value = 0; value < body.length; value++) {
            body[value] = (byte) value;
        }
        EventData event = new EventData(body);
        event.setContentType("application/octet-stream");
        event.setMessageId("from-java");
        event.setCorrelationId("correlated");
        event.getProperties().put("text", "käse");
        event.getProperties().put("int", Integer.MIN_VALUE);
        event.getProperties().put("long", Long.MAX_VALUE);
        event.getProperties().put("double", 0.5);
        event.getProperties().put("boolean", true);
        producer.send(List.of(event), new SendOptions().setPartitionId("1"));
    }

    private static void sendBatch(EventHubProducerClient producer) {
        EventDataBatch batch = producer.createBatch(new CreateBatchOptions().setPartitionId("1"));
        for (String text : List.of("one", "two", "three")) {
            if (!batch.tryAdd(new EventData(text))) {
                throw new IllegalStateException("a batch of " + batch.getMaxSizeInBytes() + " bytes is full");
            }
        }
        producer.send(batch);
    }

    private static void sendTooLarge(EventHubProducerClient producer) throws IOException {
        int limit = producer.createBatch().getMaxSizeInBytes();
        String refusal = "none";
        try {
            producer.send(List.of(new EventData(new byte[limit + 1])));
        } catch (AmqpException refused) {
            refusal = String.valueOf(refused.getErrorCondition().getErrorCondition());
        }
        print(Map.of("limit", limit, "refusal", refusal));
    }

    private static void receive(EventHubConsumerClient consumer, String partitionId, int count) throws IOException {
        ReceiveOptions owner = new ReceiveOptions().setOwnerLevel(1L);
        for (PartitionEvent received
                : consumer.receiveFromPartition(partitionId, count, EventPosition.earliest(), TIMEOUT, owner)) {
            EventData event = received.getData();
            Map<String, Object> line = new TreeMap<>();
            line.put("partition", partitionId);
            line.put("sequenceNumber", event.getSequenceNumber());
            line.put("offset", String.valueOf(event.getOffset()));
            line.put("enqueuedTime", event.getEnqueuedTime().toEpochMilli());
            line.put("body", Base64.getEncoder().encodeToString(event.getBody()));
            line.put("contentType", event.getContentType());
            line.put("messageId", event.getMessageId());
            line.put("correlationId", event.getCorrelationId());
            Map<String, String> properties = new TreeMap<>();
            event.getProperties().forEach((name, value) -> properties.put(name, String.valueOf(value)));
            line.put("properties", properties);
            print(line);
        }
    }

    private static void print(Map<String, Object> line) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonWriter writer = JsonProviders.createWriter(text)) {
            writer.writeMap(line, JsonWriter::writeUntyped);
        }
        System.out.println(text.toString(StandardCharsets.UTF_8));
    }
}
