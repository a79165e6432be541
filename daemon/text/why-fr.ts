/**
 * English reason, as the rules write it → French. One a line; the first that fits is taken.
 */
export const whysInFrench: readonly (readonly [english: string, french: string])[] = [
  ["nobody has taken it: the last resort hears again", "personne ne l'a pris en charge : le dernier recours est avisé de nouveau"],
  [
    "nobody took it within the time of this level: the allocators hear",
    "personne ne l'a pris en charge dans le délai de ce niveau : les responsables de l'affectation sont avisés",
  ],
  [
    "the last level did not take it: the last resort is told until somebody does",
    "le dernier niveau ne l'a pas pris en charge : le dernier recours est avisé jusqu'à ce que quelqu'un le fasse",
  ],
  ["level {level} did not resolve it in its time", "le niveau {level} ne l'a pas résolu dans son délai"],
  ["acknowledged by {who}, and nobody followed it up", "acquitté par {who}, et personne n'y a donné suite"],
];
