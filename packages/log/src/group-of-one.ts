import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

/** kafkajs can only subscribe: a group of one whose assigner gives it these partitions is how it reads just them. */
export function groupOfOne(topic: string, partitions: readonly number[]): PartitionAssigner {
  const { MemberAssignment, MemberMetadata } = AssignerProtocol;
  return () => ({
    name: 'group-of-one',
    version: 0,
    assign: async ({ members }) =>
      members.map(({ memberId }) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({ version: 0, assignment: { [topic]: [...partitions] }, userData: Buffer.alloc(0) }),
      })),
    protocol: ({ topics }) => ({
      name: 'group-of-one',
      metadata: MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
    }),
  });
}
