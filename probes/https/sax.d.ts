/** The part of sax that is used here; the package brings no types. Its strict parser knows the five entities of XML and defines none. */
declare module "sax" {
  export interface SaxParser {
    onopentag: (tag: { readonly name: string }) => void;
    onclosetag: (name: string) => void;
    ontext: (text: string) => void;
    oncdata: (text: string) => void;
    ondoctype: (text: string) => void;
    onerror: (error: Error) => void;
    write(text: string): SaxParser;
    close(): SaxParser;
  }
  /** CommonJS: everything hangs on the default. */
  const sax: { parser(strict: true, options: { readonly strictEntities: true; readonly position: false }): SaxParser };
  export default sax;
}
