const LONGEST_NAME = 128;

/** Client and session names: 1 to 128 characters (code points), anything in them. */
export function isName(text: string): boolean {
  return text.length > 0 && text.length <= 2 * LONGEST_NAME && [...text].length <= LONGEST_NAME;
}
