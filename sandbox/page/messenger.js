// Messenger: Get Started, bubbles without times, a small circle that fills as a message comes further, quick replies
// in a row that goes when one is chosen, and a menu that stays.

import { safeUrl } from "./dom.js";
import { manner } from "./manner.js";

export const messenger = manner({
  name: "messenger",
  title: "Messenger",
  status: "Replies at once",
  start: { title: "Get started", hint: "Get started, or just write." },
  edits: true,
  deletes: true,
  attach: ["file", "place", "sticker"],
  most: 2000,
  link: { title: "Open a start link…", below: "m.me/…?ref=payload", hint: "ref_AB-12" },
  ticks: ({ ticks }) => [{ sign: "tick-circle", words: "sent" }, { sign: "tick-filled", words: "delivered" }, { sign: "tick-face", words: "seen" }][Math.min(ticks, 3) - 1] ?? { sign: "tick-circle", words: "sent" },
  menu: (bot) => (bot.menu ?? []).map((item, number) => ({ title: item.title, below: item.url ? "opens a page" : null, act: (api) => choose(api, item, number) })),
});

// The page opens first: after waiting for an answer the browser would take it for a pop-up.
function choose(api, item, number) {
  const url = item.url && safeUrl(item.url);
  if (url) window.open(url, "_blank", "noopener");
  return api.tap({ menu: number });
}
