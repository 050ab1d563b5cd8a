// Puts the page together: one person, the phones in a row, the bank beside them, two streams that keep all of it true.

import { follow, get } from "./api.js";
import { Bank } from "./bank.js";
import { h } from "./dom.js";
import { Faults } from "./faults.js";
import { Flows } from "./flows.js";
import { Inbox } from "./inbox.js";
import { messenger } from "./messenger.js";
import { Messengers } from "./messengers.js";
import { drawPerson, rememberLight, whoIsHere } from "./person.js";
import { Phone } from "./phone.js";
import { Tabs } from "./tabs.js";
import { telegram } from "./telegram.js";
import { viber } from "./viber.js";
import { whatsapp } from "./whatsapp.js";

const CHANNELS = [telegram, viber, whatsapp, messenger];

class Page {
  constructor(house) {
    this.house = house;
    this.tabs = new Tabs();
    this.phones = CHANNELS.map((channel) => new Phone(channel));
    this.row = new Messengers(this.phones);
    const type = (text) => this.type(text);
    this.bank = new Bank(type, house);
    this.inbox = new Inbox(type, house, (message, code) => this.smsArrived(message, code));
    new Faults();
    new Flows();
  }

  // A code goes where the person was last.
  type(text) {
    const phone = this.row.used();
    this.tabs.turn("phone");
    this.row.turn(phone.channel.name);
    phone.putAwayBanner();
    phone.foot.type(text);
  }

  // A start link leads here as a messenger's own leads into the chat; who is here says whether to open it.
  openLink({ searchParams }) {
    const phone = this.row.phones.get(searchParams.get("open"));
    if (!phone?.api) return;
    history.replaceState(null, "", location.pathname);
    this.tabs.turn("phone");
    this.row.turn(phone.channel.name);
    phone.askPayload(searchParams.get("start") ?? "");
  }

  smsArrived(message, code) {
    this.tabs.news("inbox");
    this.row.used().banner(`${this.house.name} · SMS`, message.text, code, (typed) => this.type(typed));
  }

  async show(person) {
    localStorage.setItem("person", person.id);
    this.person = person;
    drawPerson(person, document.getElementById("who"), (other) => this.show(other));
    this.stream?.close();
    this.stream = follow(`phones/people/${person.id}/events`, ["message"], (_, event) => this.hearPhone(event), () => this.reload());
    await this.reload();
  }

  async reload() {
    const parts = [...this.phones, this.bank, this.inbox];
    await Promise.all(parts.map((part) => part.show(this.person).catch((error) => console.warn(error.message))));
  }

  hearPhone(event) {
    if (event.kind === "message" && event.bubble.from === "bot") {
      this.tabs.news("phone");
      this.row.news(event.channel);
    }
    for (const phone of this.phones) phone.hear(event);
  }

  hearBank(name, thing) {
    if (name === "sms") return this.inbox.hear(thing);
    if (name === "posting") return this.bank.hearPosting(thing);
    if (thing.status !== "internal") this.tabs.news("bank");
    return this.bank.hearAccount(thing);
  }
}

rememberLight();
try {
  const page = new Page(await get("api/house"));
  await page.show(await whoIsHere());
  page.openLink(new URL(location.href));
  follow("api/stream", ["account", "posting", "sms"], (name, thing) => page.hearBank(name, thing), () => page.reload());
} catch (error) {
  document.getElementById("panel-phone").replaceChildren(h("p", { class: "nothing", role: "alert" }, error.message));
}
