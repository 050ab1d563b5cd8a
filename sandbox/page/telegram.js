// Telegram: a Start key, one tick or two, buttons under the message they belong to, edits and deletions.

import { manner } from "./manner.js";

export const telegram = manner({
  name: "telegram",
  title: "Telegram",
  status: "bot",
  start: { title: "Start", hint: "Press Start to begin." },
  edits: true,
  deletes: true,
  forwards: true,
  link: { title: "Open a start link…", below: "t.me/…?start=payload", hint: "ref_AB-12" },
});
