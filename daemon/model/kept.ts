/** What was made of a file's text, kept while the text stays the same. Pure but for what it keeps: a file has one entry. */

/** `work`, done again for a file only when its text is another. What it gives is shared by all who ask, and not to be changed. */
export function keptByText<Made>(work: (file: string, text: string) => Made): (file: string, text: string) => Made {
  const kept = new Map<string, { readonly text: string; readonly made: Made }>();
  return (file, text) => {
    const known = kept.get(file);
    if (known?.text === text) return known.made;
    const made = work(file, text);
    kept.set(file, { text, made });
    return made;
  };
}
