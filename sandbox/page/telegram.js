// The Telegram manner: where this messenger lives and how its phone behaves. A second messenger is a second such file.

import { get, patch, post, put, remove, upload } from "./api.js";

export const telegram = {
  name: "telegram",
  title: "Telegram",
  status: "bot",
  bots: async () => (await get("phones/telegram/bots")).bots,
  chat: (person, bot) => {
    const root = `phones/telegram/${person}/${bot}`;
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
      tap: (message, row, column) => post(`${root}/taps`, { message, row, column }),
      press: (row, column) => post(`${root}/presses`, { row, column }),
      block: (blocked) => put(`${root}/block`, { blocked }),
    };
  },
};
