import { expect, it } from 'vitest';
import { findJava, javaVersion } from './java.ts';

it('reads the major version of any Java', () => {
  expect(javaVersion('openjdk version "17.0.15" 2025-04-15')).toBe(17);
  expect(javaVersion('openjdk version "21" 2023-09-19')).toBe(21);
  expect(javaVersion('java version "1.8.0_392"')).toBe(8);
  expect(javaVersion('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "25-ea" 2025-09-16')).toBe(25);
  expect(javaVersion('command not found')).toBeUndefined();
});

it('says what to install where there is no Java', async () => {
  await expect(findJava('/nowhere', new AbortController().signal)).rejects.toThrow(
    /Java 17 or newer, but \/nowhere\/bin\/java does not run.*apt-get install openjdk-17-jdk-headless/,
  );
});
