/**
 * What people read of the public texts of general failures, in English (en-CA). Keys and placeholders are those of news-fr.ts.
 */
export const newsEn = {
  "kind.news": "News of a failure",
  "kind.news-due": "News is owed",
  "event.news": "News for the coordinators",
  "event.news-last": "The coordinators hear that service is back",
  "event.news-due": "News is owed to the coordinators",
  "news.subject": "Failure: {site}",
  "news.subject-last": "Service is back: {site}",
  "news.subject-due": "News is owed to the coordinators: {site}",
  "news.since": "Since {at}.",
  "news.next": "Next news at {at}.",
  "news.last": "This is the last news of this failure.",
  "news.number": "Incident {number}. No answer is needed. If a session cannot wait, telephone.",
  "news.owed": "{number}: the coordinators wait for news. They were told last:",
  "news.draft": "Videoconferencing does not work at {site} ({what}).",
  "news.draft-rooms": "Rooms affected ({n}): {rooms}.",
  "news.draft-more": "And {n} more.",
  "news.draft-seen": "We have seen it and look for the cause.",
  "news.draft-worked": "We are working on it.",
  "news.draft-meanwhile": "Meanwhile sessions can be held by telephone or from another site.",
  "news.draft-last": "Videoconferencing has worked again since {at}. Please call us if anything does not work.",
} as const;
