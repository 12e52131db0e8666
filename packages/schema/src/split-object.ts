import { endOfString, splitArray } from './split-array.ts';

/** The members of a JSON object by name, each value byte for byte as it stands there; of two with one name the last, as JSON.parse has it.
 *  `text` must be the JSON of an object. */
export function splitObject(text: string): Map<string, string> {
  // Between its commas, an object is taken apart like an array.
  const members = splitArray(`[${text.trim().slice(1, -1)}]`) ?? [];
  return new Map(members.map(splitMember));
}

function splitMember(member: string): [name: string, value: string] {
  const nameEnd = endOfString(member, 0) + 1;
  const colon = member.indexOf(':', nameEnd);
  return [JSON.parse(member.slice(0, nameEnd)) as string, member.slice(colon + 1).trim()];
}
