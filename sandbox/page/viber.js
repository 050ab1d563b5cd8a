// Viber: the chat is opened and the bot greets; coloured tiles below the input stay until others come.

import { manner } from "./manner.js";

export const viber = manner({
  name: "viber",
  title: "Viber",
  status: "Viber bot",
  start: { title: "Open the chat", hint: "Open the chat and the bot will greet you." },
  again: "Subscribe again",
  leave: "Unsubscribe",
  most: 7000,
  link: { title: "Open a chat link…", below: "viber://pa?chatURI=…&context=payload", hint: "ref_AB-12" },
  ticks: ({ ticks }) => ({ sign: ticks > 1 ? "ticks" : "tick", words: ["Sent", "Delivered", "Seen"][ticks - 1] ?? "Sent", shown: true }),
});
