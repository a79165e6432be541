/** The words of the page that is shown when the daemon cannot answer: for technicians and for coordinators alike. */
export const troubleWords = {
  fr: {
    notShown: "Cette page ne peut pas s'afficher en ce moment",
    notWritten: "Ce que vous avez envoyé n'est peut-être pas enregistré",
    store: "Vigie n'a pas accès à sa base de données : le disque est plein, un autre programme la retient, ou elle ne répond pas.",
    internal: "Quelque chose a échoué dans Vigie; la cause est dans son journal.",
    urgent: "Si c'est urgent, n'attendez pas : téléphonez au centre de coordination. Tant que cela dure, Vigie n'avise peut-être personne.",
    again: "Essayer de nouveau",
    lookFirst: "Ouvrir la page de nouveau et regarder si c'est enregistré",
    written: "Ce que vous aviez écrit, à copier :",
  },
  en: {
    notShown: "This page cannot be shown right now",
    notWritten: "What you sent may not have been recorded",
    store: "Vigie has no access to its database: the disk is full, another program holds it, or it does not answer.",
    internal: "Something failed in Vigie; the cause is in its log.",
    urgent: "If it is urgent, do not wait: telephone the coordination centre. As long as this lasts, Vigie may be telling nobody.",
    again: "Try again",
    lookFirst: "Open the page again and see whether it is recorded",
    written: "What you had written, to copy:",
  },
} as const;
