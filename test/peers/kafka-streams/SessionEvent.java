import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;

/** Of a CloudEvent that Event Grid sends about a session, what the fold needs. */
public class SessionEvent {
  static final ObjectMapper JSON = new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
  static final ObjectReader READER = JSON.readerFor(SessionEvent.class);

  public String id, time, type, subject;
  public Data data;

  public static class Data {
    public String namespaceName, clientAuthenticationName, clientSessionName, disconnectionReason;
    public long sequenceNumber;
  }

  String key() {
    return data.namespaceName + "|" + data.clientAuthenticationName + "|" + data.clientSessionName;
  }

  Snapshot snapshot() {
    Snapshot snapshot = new Snapshot();
    snapshot.state = type.endsWith("SessionConnected") ? "connected" : "disconnected";
    snapshot.sequenceNumber = data.sequenceNumber;
    snapshot.time = time;
    snapshot.reason = data.disconnectionReason;
    return snapshot;
  }
}
