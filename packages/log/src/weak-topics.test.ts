import { expect, it } from 'vitest';
import { isWeak } from './weak-topics.ts';

it.each([
  { replicas: 1, minInsyncReplicas: 1, weak: true },
  // Kafka takes what one replica has.
  { replicas: 1, minInsyncReplicas: 2, weak: true },
  { replicas: 3, minInsyncReplicas: 1, weak: true },
  { replicas: 2, minInsyncReplicas: 2, weak: false },
  { replicas: 3, minInsyncReplicas: 2, weak: false },
  // Three of five may know nothing of what two have acknowledged.
  { replicas: 5, minInsyncReplicas: 2, weak: true },
  { replicas: 5, minInsyncReplicas: 3, weak: false },
])('$replicas replicas, of which $minInsyncReplicas acknowledge: weak is $weak', ({ weak, ...topic }) => {
  expect(isWeak(topic)).toBe(weak);
});
