/** A plugin of typedoc: warns of each type of our own that the reference names but does not show, because `@rollcall/client` does
 *  not export it. typedoc's own `validation.notExported` looks no further than the package itself. */
export function load({ converter, logger }) {
  converter.addUnknownSymbolResolver(({ moduleSource, symbolReference }, reflection) => {
    const name = symbolReference?.path?.map(({ path }) => path).join('.');
    if (moduleSource?.startsWith('@rollcall/')) logger.warn(`${reflection.getFullName()} names ${name} of ${moduleSource}, not exported`);
  });
}
