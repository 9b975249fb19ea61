// Messages to DOM nodes. Text is only ever set as text: no markup of the bot's is parsed here.

const HAN = /\p{Script=Han}/gu;
// A few of the commonest characters that only Simplified has, to choose the glyphs by.
const SIMPLIFIED = /[们这为时报关说门东车书长发会国问现对开应见]/gu;
const SHARE_OF_SIMPLIFIED = 0.02;
const PLAIN_TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
};
const BLOCKS = new Set(["PRE", "BLOCKQUOTE"]);

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function languageOf(text) {
  const han = (text.match(HAN) ?? []).length;
  if (han * 4 < text.length) {
    return "en";
  }
  const simplified = (text.match(SIMPLIFIED) ?? []).length;
  return simplified > han * SHARE_OF_SIMPLIFIED ? "zh-Hans" : "zh-Hant-HK";
}

function safeAddress(address) {
  try {
    const url = new URL(address.includes("://") ? address : `http://${address}`);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function link(address, className = "") {
  const href = safeAddress(address);
  if (!href) {
    return element("span");
  }
  const attributes = { href, target: "_blank", rel: "noopener noreferrer" };
  return element("a", className ? { ...attributes, class: className } : attributes);
}

// A spoiler may come in several entities: pressing one shows them all.
function showSpoilers(text) {
  for (const node of text.querySelectorAll(".spoiler:not(.shown)")) {
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) {
      node.removeAttribute(name);
    }
  }
}

function spoiler(words) {
  const node = element("span", { class: "spoiler", role: "button", tabindex: "0" });
  node.setAttribute("aria-label", words.spoiler);
  const show = () => showSpoilers(node.closest(".text"));
  node.addEventListener("click", show);
  node.addEventListener("keydown", (event) => {
    if (node.role && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      show();
    }
  });
  return node;
}

function foldable(words) {
  const inner = element("div", { class: "folded" });
  const button = element("button", { type: "button", class: "fold", "aria-expanded": "false" });
  const label = () => {
    const folded = inner.classList.contains("folded");
    button.textContent = folded ? words.more : words.less;
    button.setAttribute("aria-expanded", String(!folded));
  };
  button.addEventListener("click", () => {
    inner.classList.toggle("folded");
    label();
  });
  label();
  requestAnimationFrame(() => {
    button.hidden = inner.scrollHeight <= inner.clientHeight + 1;
  });
  return { outer: element("blockquote", {}, inner, button), inner };
}

// The node of an entity, and the node inside it that takes its text.
function entityNode(entity, covered, context) {
  const tag = PLAIN_TAGS[entity.type];
  let outer;
  if (tag) {
    outer = element(tag);
  } else if (entity.type === "text_link") {
    outer = link(entity.url);
  } else if (entity.type === "url") {
    outer = link(covered);
  } else if (entity.type === "blockquote") {
    outer = element("blockquote");
  } else if (entity.type === "expandable_blockquote") {
    return foldable(context.words);
  } else if (entity.type === "spoiler") {
    outer = spoiler(context.words);
  } else if (entity.type === "bot_command") {
    outer = element("button", { type: "button", class: "command" });
    outer.addEventListener("click", () => context.say(covered));
  } else if (entity.type === "hashtag" || entity.type === "mention") {
    outer = element("span", { class: "tag" });
  } else {
    outer = element("span");
  }
  return { outer, inner: outer };
}

function append(parent, text) {
  // The line break after a block is the block's own.
  const afterBlock = BLOCKS.has(parent.lastElementChild?.tagName) && !parent.lastChild.data;
  const shown = afterBlock && text.startsWith("\n") ? text.slice(1) : text;
  if (shown) {
    parent.append(shown);
  }
}

// Offsets are UTF-16 units, which is what JavaScript counts strings in.
function appendMarked(parent, text, begin, end, entities, context) {
  let at = begin;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    const entityEnd = Math.min(entity.offset + entity.length, end);
    if (entity.offset < at || entityEnd <= entity.offset) {
      continue;
    }
    append(parent, text.slice(at, entity.offset));
    const inside = entities
      .slice(index + 1)
      .filter((other) => other.offset >= entity.offset && other.offset < entityEnd);
    const { outer, inner } = entityNode(entity, text.slice(entity.offset, entityEnd), context);
    appendMarked(inner, text, entity.offset, entityEnd, inside, context);
    parent.append(outer);
    at = entityEnd;
  }
  append(parent, text.slice(at, end));
}

export function renderText(text, entities, context) {
  const node = element("div", { class: "text", lang: languageOf(text) });
  const ordered = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  appendMarked(node, text, 0, text.length, ordered, context);
  return node;
}

function renderButton(button, message, context) {
  if (button.url) {
    const node = link(button.url, "key outward");
    node.append(button.text);
    return node;
  }
  const node = element("button", { type: "button", class: "key" }, button.text);
  if (button.callback_data !== undefined) {
    node.addEventListener("click", () => context.press(message, button, node));
  } else if (button.copy_text) {
    node.addEventListener("click", () => context.copy(button.copy_text.text));
  } else {
    node.disabled = true;
  }
  return node;
}

function renderKeyboard(message, context) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  const nodes = rows.map((row) =>
    element("div", { class: "row" }, ...row.map((b) => renderButton(b, message, context))),
  );
  return nodes.length ? [element("div", { class: "keyboard" }, ...nodes)] : [];
}

function renderFile(file) {
  const href = `/local/files/${encodeURIComponent(file.file_id)}`;
  const size = `${Math.max(1, Math.round(file.file_size / 1024))} KB`;
  const attributes = { class: "file", href, download: file.file_name };
  return element("a", attributes, "📄 ", `${file.file_name} (${size})`);
}

function renderPhoto(sizes, text, context) {
  const largest = sizes.at(-1);
  const src = `/local/photos/${encodeURIComponent(largest.file_id)}`;
  const { width, height } = largest;
  const alt = text || context.words.picture;
  const picture = element("img", { class: "photo", src, width, height, alt });
  return element("a", { href: src, target: "_blank", rel: "noopener" }, picture);
}

function renderPlace({ latitude, longitude }) {
  return element("div", { class: "text" }, `📍 ${latitude.toFixed(4)}, ${longitude.toFixed(4)}`);
}

export function renderMessage(message, context) {
  const moment = new Date(message.date * 1000);
  const clock = moment.toLocaleTimeString(context.words.locale, {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
  const edited = message.edit_date ? `${context.words.edited} ` : "";
  const stamp = element("time", { class: "stamp", datetime: moment.toISOString() });
  stamp.title = moment.toLocaleString(context.words.locale);
  stamp.textContent = edited + clock;
  const bubble = element("div", { class: "bubble" });
  if (message.document) {
    bubble.append(renderFile(message.document));
  }
  const text = message.text ?? message.caption ?? "";
  if (message.photo) {
    bubble.append(renderPhoto(message.photo, text, context));
  }
  if (message.via_bot) {
    const via = context.words.via + message.via_bot.username;
    bubble.append(element("div", { class: "via" }, via));
  }
  const entities = message.entities ?? message.caption_entities ?? [];
  const shown = message.location
    ? renderPlace(message.location)
    : renderText(text, entities, context);
  // Inside the text, it stands on the last line where there is room.
  shown.append(stamp);
  bubble.append(shown);
  const node = element("li", { class: message.from_bot ? "message" : "message own" }, bubble);
  node.append(...renderKeyboard(message, context));
  return node;
}
