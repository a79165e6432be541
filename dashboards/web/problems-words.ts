/**
 * The words of problems, in both languages.
 */
interface ProblemWords {
  readonly title: string;
  /** Of the table of those that are open. */
  readonly openTitle: string;
  readonly meaning: string;
  readonly how: string;
  readonly none: string;
  readonly closedTitle: string;
  readonly allTitle: string;
  readonly problem: string;
  readonly why: string;
  readonly since: string;
  readonly ofIncident: string;
  readonly standing: Readonly<Record<"suggested" | "candidate", string>>;
  closedBy(who: string, when: string): string;
}

const fr: ProblemWords = {
  title: "Problèmes",
  openTitle: "Problèmes ouverts",
  meaning:
    "Ce qui revient assez souvent pour qu'on en cherche la cause. Un problème ne change ni la gravité ni l'urgence de ses incidents; il demande un remède.",
  how: "Quand la cause est traitée, ou s'il n'y en a pas, le problème se ferme avec une note :",
  none: "Aucun problème ouvert.",
  closedTitle: "Fermés récemment",
  allTitle: "Tout ce qui est revenu",
  problem: "Problème",
  why: "Pourquoi",
  since: "Depuis",
  ofIncident: "Fait partie du problème",
  standing: { suggested: "à examiner", candidate: "plus que le hasard" },
  closedBy: (who, when) => `fermé par ${who}, ${when}`,
};

const en: ProblemWords = {
  title: "Problems",
  openTitle: "Open problems",
  meaning:
    "What comes back often enough to look for its cause. A problem changes neither severity nor urgency of its incidents; it asks for a remedy.",
  how: "When the cause is dealt with, or there is none, the problem is closed with a note:",
  none: "No open problem.",
  closedTitle: "Closed lately",
  allTitle: "All that came back",
  problem: "Problem",
  why: "Why",
  since: "Since",
  ofIncident: "Belongs to the problem",
  standing: { suggested: "to be looked at", candidate: "more than chance" },
  closedBy: (who, when) => `closed by ${who}, ${when}`,
};

export const problemWords = { fr, en };
