/** Who may read a partition in a consumer group, by owner level (Event Hubs calls it epoch): of receivers with a level there is
 *  one at a time, of those without any number, and the two kinds exclude each other.
 *  Source: learn.microsoft.com/azure/event-hubs/event-hubs-event-processor-host#epoch */
export class Ownership<Receiver> {
  readonly #receivers = new Map<string, Map<Receiver, number | undefined>>();

  /** Lets a receiver in and returns those that must go for it; or, if it may not come in, the level of the owner that stays.
   *  A level as high as the owner's takes the partition.
   *  @param place names a partition in a consumer group */
  enter(place: string, receiver: Receiver, ownerLevel: number | undefined): { ousted: Receiver[] } | { refusedBy: number } {
    const present = this.#receivers.get(place) ?? new Map<Receiver, number | undefined>();
    const highest = Math.max(-1, ...Array.from(present.values(), (level) => level ?? -1));
    if (highest > (ownerLevel ?? -1)) return { refusedBy: highest };
    const ousted = ownerLevel === undefined ? [] : [...present.keys()];
    for (const former of ousted) present.delete(former);
    present.set(receiver, ownerLevel);
    this.#receivers.set(place, present);
    return { ousted };
  }

  leave(place: string, receiver: Receiver): void {
    const present = this.#receivers.get(place);
    present?.delete(receiver);
    if (present?.size === 0) this.#receivers.delete(place);
  }
}
