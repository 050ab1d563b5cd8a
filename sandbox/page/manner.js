// What a messenger's phone is told to be: where it lives, and how it differs from the others. All that is alike is here.
//
// name, title       the folder of its face, and what people call it
// status            the words under the bot's name
// start             {title, hint}: the key that opens an empty chat; null where people just write
// first             {title, text}: what an empty chat offers to say where there is no start
// again, leave      the key that ends a block, and the entry that begins one
// edits, deletes    what a person may do to an own message; forwards: whether a contact may be passed on
// attach            which of: file, contact, others, place, sticker
// most              the characters that a message holds
// link              {title, below, hint}: how a start link looks
// ticks(message)    {sign, words, shown?}: how far an own message came
// extras            [{sign, title, below, act(api)}]: what else the phone's own menu offers
// menu(bot)         [{title, below?, act(api)}]: commands or a persistent menu

import { get, patch, post, put, remove, upload } from "./api.js";

const PLAIN = {
  again: "Unblock",
  leave: "Block the bot",
  start: null,
  first: { title: "Say hello", text: "Hello" },
  edits: false,
  deletes: false,
  attach: ["file", "contact", "others", "place", "sticker"],
  most: 4096,
  extras: [],
  ticks: ({ ticks }) => (ticks > 1 ? { sign: "ticks", words: "delivered" } : { sign: "tick", words: "sent" }),
  menu: (bot) => bot.commands.map(({ command, description }) => ({ title: `/${command}`, below: description, act: (api) => api.say({ text: `/${command}` }) })),
};

export function manner(particular) {
  const home = `phones/${particular.name}`;
  return { ...PLAIN, ...particular, bots: async () => (await get(`${home}/bots`)).bots, chat: (person, bot) => chat(`${home}/${person}/${bot}`) };
}

function chat(root) {
  return {
    history: (before) => get(`${root}/messages?limit=50${before ? `&before=${before}` : ""}`),
    say: (content) => post(`${root}/messages`, content),
    file: (kind, file) => {
      const form = new FormData();
      form.append(kind, file, file.name);
      return upload(`${root}/messages`, form);
    },
    edit: (id, text) => patch(`${root}/messages/${id}`, { text }),
    remove: (id) => remove(`${root}/messages/${id}`),
    tap: (what) => post(`${root}/taps`, what),
    press: (row, column) => post(`${root}/presses`, { row, column }),
    hide: (hidden) => put(`${root}/number`, { hidden }),
    block: (blocked) => put(`${root}/block`, { blocked }),
  };
}
