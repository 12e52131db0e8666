"""Sends to and receives from an event hub with Microsoft's Python SDK, and prints one line of JSON for each thing it learned.

Arguments: connection string, hub, number of events that are already in partition 0.
"""

import base64
import json
import sys
import threading

from azure.eventhub import EventData, EventHubConsumerClient, EventHubProducerClient
from azure.eventhub.exceptions import EventHubError

TIMEOUT = 20


def main(connection_string, hub, waiting):
    with EventHubProducerClient.from_connection_string(connection_string, eventhub_name=hub, retry_total=0) as producer:
        describe(producer)
        receive(connection_string, hub, "0", waiting)
        send_single(producer)
        send_batch(producer)
        send_too_large(producer)
        receive(connection_string, hub, "1", 4)
        describe(producer)


def describe(producer):
    properties = producer.get_eventhub_properties()
    show({"hub": properties["eventhub_name"], "partitionIds": properties["partition_ids"]})
    for partition_id in properties["partition_ids"]:
        partition = producer.get_partition_properties(partition_id)
        show(
            {
                "partition": partition["id"],
                "empty": partition["is_empty"],
                "first": partition["beginning_sequence_number"],
                "last": partition["last_enqueued_sequence_number"],
            }
        )


def send_single(producer):
    event = EventData(bytes(range(256)))
    event.content_type = "application/octet-stream"
    event.message_id = "from-python"
    event.correlation_id = "correlated"
    event.properties = {"text": "käse", "int": -(2**31), "double": 0.5, "boolean": True}
    producer.send_event(event, partition_id="1")


def send_batch(producer):
    batch = producer.create_batch(partition_id="1")
    for text in ("one", "two", "three"):
        batch.add(EventData(text))
    producer.send_batch(batch)


def send_too_large(producer):
    limit = producer.create_batch().max_size_in_bytes
    refusal = "none"
    try:
        producer.send_event(EventData(bytes(limit + 1)))
    except EventHubError as refused:
        refusal = str(refused)
    show({"limit": limit, "refusal": refusal})


def receive(connection_string, hub, partition_id, count):
    consumer = EventHubConsumerClient.from_connection_string(connection_string, "python", eventhub_name=hub, retry_total=0)
    impatient = threading.Timer(TIMEOUT, consumer.close)
    impatient.daemon = True
    impatient.start()
    received = []

    def on_event(_, event):
        received.append(event)
        if len(received) == count:
            consumer.close()

    with consumer:
        consumer.receive(on_event, partition_id=partition_id, starting_position="-1", owner_level=1)
    impatient.cancel()
    for event in received:
        show(
            {
                "partition": partition_id,
                "sequenceNumber": event.sequence_number,
                "offset": event.offset,
                "enqueuedTime": round(event.enqueued_time.timestamp() * 1000),
                "body": base64.b64encode(b"".join(event.body)).decode(),
                "contentType": event.content_type,
                "messageId": event.message_id,
                "correlationId": event.correlation_id,
                "properties": {text(name): text(value) for name, value in (event.properties or {}).items()},
            }
        )


def text(value):
    if isinstance(value, bytes):
        return value.decode()
    return value if isinstance(value, str) else json.dumps(value)


def show(line):
    print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
