// The conversation: asks the local server what is new, and says what the reader does.

import { closeOffers, followTyping } from "./inline.js";
import { drawKeys } from "./keys.js";
import { element, renderMessage } from "./render.js";
import { WORDS } from "./words.js";

const WAIT_SECONDS = 25;
const RETRY_MS = 1500;
const TYPING_MS = 5000;
const TOAST_MS = 4000;
const NEAR_END_PX = 120;

const $ = (id) => document.getElementById(id);
const messages = new Map();
let language = readLanguage();
let session = "";
let version = 0;
let username = "";
// The message that the next one answers, because the bot asked for that.
let replyTo = 0;
let typingTimer = 0;
let toastTimer = 0;

function readLanguage() {
  try {
    const kept = localStorage.getItem("language");
    if (kept in WORDS) {
      return kept;
    }
  } catch {
    // Without storage the browser's own language decides each time.
  }
  const own = navigator.language.toLowerCase();
  if (!own.startsWith("zh")) {
    return "en";
  }
  return /hans|cn|sg/.test(own) ? "zh-hans" : "zh-hant";
}

const words = () => WORDS[language];

async function ask(path, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...body, language_code: language }),
  };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error);
  }
  return answer;
}

async function trySending(path, body) {
  try {
    await ask(path, body);
    scrollToEnd();
    return true;
  } catch (error) {
    toast(words().unsent + error.message);
    return false;
  }
}

const say = (text) => trySending("/local/say", { text, reply_to: replyTo });

const share = (latitude, longitude) =>
  trySending("/local/location", { latitude, longitude, reply_to: replyTo });

async function press(message, button, node) {
  node.setAttribute("aria-busy", "true");
  try {
    const body = { message_id: message.message_id, data: button.callback_data };
    const answer = await ask("/local/press", body);
    if (!answer.answered) {
      toast(words().unanswered);
    } else if (answer.text && answer.show_alert) {
      $("alert-text").textContent = answer.text;
      $("alert").showModal();
    } else if (answer.text) {
      toast(answer.text);
    }
  } catch (error) {
    toast(error.message);
  } finally {
    node.removeAttribute("aria-busy");
  }
}

async function copy(text) {
  await navigator.clipboard.writeText(text);
  toast(words().copied);
}

function toast(text) {
  clearTimeout(toastTimer);
  $("toast").textContent = text;
  $("toast").hidden = false;
  toastTimer = setTimeout(() => {
    $("toast").hidden = true;
  }, TOAST_MS);
}

// The log

const isNearEnd = () => {
  const log = $("log");
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
};

function scrollToEnd() {
  $("log").scrollTop = $("log").scrollHeight;
}

function dayOf(message) {
  const options = { day: "numeric", month: "long", year: "numeric" };
  return new Date(message.date * 1000).toLocaleDateString(words().locale, options);
}

const context = () => ({ words: words(), ask, say, share, press, copy, toast, sendOffer });

async function sendOffer(path, body) {
  closeOffers();
  if (await trySending(path, body)) {
    $("text").value = "";
    resize();
  }
  $("text").focus();
}

function draw() {
  const list = $("messages");
  const nodes = [];
  let day = "";
  for (const entry of [...messages.values()].sort((a, b) => a.id - b.id)) {
    if (dayOf(entry.message) !== day) {
      day = dayOf(entry.message);
      nodes.push(element("li", { class: "day" }, day));
    }
    entry.node ??= renderMessage(entry.message, context());
    nodes.push(entry.node);
  }
  list.replaceChildren(...nodes);
  $("empty").hidden = messages.size > 0;
  replyTo = drawKeys([...messages.values()].map(({ message }) => message), context());
}

function take(news) {
  if (news.session !== session) {
    messages.clear();
    session = news.session;
  }
  for (const id of news.deleted) {
    messages.delete(id);
  }
  for (const message of news.messages) {
    messages.set(message.message_id, { id: message.message_id, message, node: null });
  }
  version = news.version;
  username = news.username;
  $("bot-name").textContent = news.bot;
  document.title = news.bot;
  showTyping(news.typing);
  if (news.messages.length || news.deleted.length || messages.size === 0) {
    const follow = isNearEnd();
    draw();
    if (follow) {
      scrollToEnd();
    }
    $("newest").hidden = follow;
  }
}

function showTyping(isTyping) {
  clearTimeout(typingTimer);
  $("note").textContent = isTyping ? words().typing : words().note;
  $("note").classList.toggle("busy", isTyping);
  if (isTyping) {
    typingTimer = setTimeout(() => showTyping(false), TYPING_MS);
  }
}

async function follow() {
  for (;;) {
    try {
      const wait = session ? WAIT_SECONDS : 0;
      const query = new URLSearchParams({ after: version, wait, session });
      take(await ask(`/local/messages?${query}`));
      $("trouble").hidden = true;
    } catch {
      $("trouble").textContent = words().lost;
      $("trouble").hidden = false;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

// The command menu

async function openMenu() {
  const commands = await ask(`/local/commands?language_code=${language}`);
  const items = commands.map(({ command, description }) => {
    const attributes = { type: "button", role: "menuitem", tabindex: "-1" };
    const name = element("b", {}, `/${command}`);
    const item = element("button", attributes, name, element("span", {}, description));
    item.addEventListener("click", () => insertCommand(command));
    return item;
  });
  $("menu").replaceChildren(...(items.length ? items : [element("p", {}, words().noCommands)]));
  $("menu").hidden = false;
  $("menu-button").setAttribute("aria-expanded", "true");
  items[0]?.focus();
}

function closeMenu() {
  $("menu").hidden = true;
  $("menu-button").setAttribute("aria-expanded", "false");
}

function insertCommand(command) {
  closeMenu();
  $("text").value = `/${command} `;
  resize();
  $("text").focus();
}

function moveInMenu(event) {
  const items = [...$("menu").querySelectorAll("button")];
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps && items.length) {
    event.preventDefault();
    const next = items.indexOf(document.activeElement) + steps[event.key];
    items.at(next % items.length).focus();
  } else if (event.key === "Escape") {
    closeMenu();
    $("menu-button").focus();
  }
}

// The composer

function resize() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
  $("send").disabled = !box.value.trim();
}

async function submit() {
  closeOffers();
  const text = $("text").value;
  if (text.trim() && (await say(text))) {
    $("text").value = "";
    resize();
  }
  $("text").focus();
}

function useLanguage(chosen) {
  language = chosen;
  try {
    localStorage.setItem("language", chosen);
  } catch {
    // The choice then lasts as long as the page.
  }
  document.documentElement.lang = words().tag;
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
  $("welcome").textContent = words().welcome;
  $("start").textContent = words().start;
  $("send").textContent = words().send;
  $("text").placeholder = words().write;
  $("newest").textContent = words().newest;
  $("alert-close").textContent = words().close;
  $("text").setAttribute("aria-label", words().write);
  $("log").setAttribute("aria-label", words().log);
  $("menu-button").setAttribute("aria-label", words().commands);
  $("menu-button").title = words().commands;
  closeMenu();
  closeOffers();
  showTyping(false);
  for (const entry of messages.values()) {
    entry.node = null;
  }
  if (messages.size) {
    draw();
  }
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => useLanguage(button.dataset.language));
}
$("start").addEventListener("click", () => say("/start"));
$("newest").addEventListener("click", () => {
  scrollToEnd();
  $("newest").hidden = true;
});
$("log").addEventListener("scroll", () => {
  if (isNearEnd()) {
    $("newest").hidden = true;
  }
});
$("menu-button").addEventListener("click", () => ($("menu").hidden ? openMenu() : closeMenu()));
$("menu").addEventListener("keydown", moveInMenu);
document.addEventListener("click", (event) => {
  if (!event.target.closest(".foot")) {
    closeMenu();
    closeOffers();
  }
});
$("text").addEventListener("input", () => {
  resize();
  followTyping(username, context());
});
$("text").addEventListener("keydown", (event) => {
  // While Chinese is being typed, Enter chooses a character.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});

useLanguage(language);
resize();
follow();
