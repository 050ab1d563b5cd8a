// WhatsApp: people write first; grey ticks turn blue when read; lists open as a sheet from below.

import { manner } from "./manner.js";

export const whatsapp = manner({
  name: "whatsapp",
  title: "WhatsApp",
  status: "Business account",
  edits: true,
  deletes: true,
  extras: [
    { sign: "person", title: "Hide my number", below: "a username stands in front of it", act: (api) => api.hide(true) },
    { sign: "phone", title: "Show my number", below: "as it was before usernames", act: (api) => api.hide(false) },
  ],
  link: { title: "Open a chat link…", below: "wa.me/…?text=START payload", hint: "ref_AB-12" },
  ticks: ({ ticks }) => [{ sign: "tick", words: "sent" }, { sign: "ticks", words: "delivered" }, { sign: "ticks", words: "read", read: true }][Math.min(ticks, 3) - 1] ?? { sign: "tick", words: "sent" },
});
