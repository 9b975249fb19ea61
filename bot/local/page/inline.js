// Inline mode: what the bot offers while its name and words are being typed.

import { element, languageOf } from "./render.js";

const $ = (id) => document.getElementById(id);
const PAUSE_MS = 300;
const LONGEST_QUERY = 256;
let timer = 0;
let asked = 0;

// The words behind the bot's name, or null where the text does not begin with it.
function findQuery(text, username) {
  const [name, ...rest] = text.split(/\s/);
  const isNamed = rest.length > 0 && name.toLowerCase() === `@${username}`.toLowerCase();
  return isNamed ? text.slice(name.length + 1).trim().slice(0, LONGEST_QUERY) : null;
}

export function closeOffers() {
  clearTimeout(timer);
  asked += 1;
  $("offers").hidden = true;
}

export function followTyping(username, context) {
  closeOffers();
  const query = findQuery($("text").value, username);
  if (query !== null) {
    timer = setTimeout(() => offer(query, "", context), PAUSE_MS);
  }
}

async function offer(query, offset, context) {
  asked += 1;
  const mine = asked;
  let answer;
  try {
    answer = await context.ask("/local/inline", { text: query, offset });
  } catch (error) {
    context.toast(error.message);
    return;
  }
  if (mine === asked) {
    show(answer, query, offset, context);
  }
}

function show(answer, query, offset, context) {
  const { words } = context;
  const nodes = answer.results.map((result) => drawResult(result, context));
  if (answer.button && !offset) {
    const start = `/start ${answer.button.start_parameter}`;
    nodes.unshift(drawWide(answer.button.text, () => context.sendOffer("/local/say", { text: start })));
  }
  if (answer.next_offset) {
    nodes.push(drawWide(words.further, () => offer(query, answer.next_offset, context)));
  }
  const reason = answer.answered ? words.nothing : words.unanswered;
  const all = nodes.length ? nodes : [element("p", {}, reason)];
  if (offset) {
    $("offers").lastElementChild.replaceWith(...all);
  } else {
    $("offers").replaceChildren(...all);
  }
  $("offers").hidden = false;
}

function drawResult(result, context) {
  const title = element("b", { lang: languageOf(result.title) }, result.title);
  const text = element("span", { lang: languageOf(result.description) }, result.description);
  const node = element("button", { type: "button", role: "option" }, title, text);
  const choose = () => context.sendOffer("/local/choose", { key: result.key });
  node.addEventListener("click", choose);
  return node;
}

function drawWide(text, act) {
  const node = element("button", { type: "button", class: "wide" }, text);
  node.addEventListener("click", act);
  return node;
}
