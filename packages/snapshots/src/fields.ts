/** A Redis hash as it travels: texts only. */
export type Fields = Readonly<Record<string, string>>;

/** A client as READ_CLIENTS returns it. */
export interface ClientFields {
  /** The full resource path. */
  readonly source: string;
  readonly fields: Fields;
  /** In the order of the client's list. */
  readonly sessions: readonly Fields[];
}

export function clientFromReply(reply: string): ClientFields {
  const [source, fields, ...sessions] = JSON.parse(reply) as [string, string[], ...string[][]];
  return { source, fields: fieldsFromReply(fields), sessions: sessions.map(fieldsFromReply) };
}

/** A hash as a script returns it: field, value, field, value. */
export function fieldsFromReply(reply: readonly string[]): Fields {
  const fields: Record<string, string> = {};
  for (let at = 0; at < reply.length; at += 2) fields[reply[at] ?? ''] = reply[at + 1] ?? '';
  return fields;
}

/** The same, and sorted sets with scores, in the order of the reply. */
export function pairs(reply: readonly string[]): [string, string][] {
  return Array.from({ length: reply.length / 2 }, (_, at) => [reply[2 * at] ?? '', reply[2 * at + 1] ?? '']);
}

/** Drops what is absent: a hash has no null. */
export function present(fields: Readonly<Record<string, string | undefined>>): Fields {
  const kept: Record<string, string> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
