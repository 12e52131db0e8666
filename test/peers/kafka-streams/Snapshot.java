import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** A session as its last event left it: JSON in the store, in its changelog and in the derived topic. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class Snapshot {
  private static final ObjectReader READER = SessionEvent.JSON.readerFor(Snapshot.class);
  private static final ObjectWriter WRITER = SessionEvent.JSON.writerFor(Snapshot.class);

  public String state;
  public long sequenceNumber;
  public String time, reason;

  static Serde<Snapshot> serde() {
    return Serdes.serdeFrom((topic, snapshot) -> snapshot == null ? null : write(snapshot), (topic, bytes) -> bytes == null ? null : read(bytes));
  }

  private static byte[] write(Snapshot snapshot) {
    try {
      return WRITER.writeValueAsBytes(snapshot);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Snapshot read(byte[] bytes) {
    try {
      return READER.readValue(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
