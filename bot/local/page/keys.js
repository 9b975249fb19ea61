// The keyboard in place of the reader's own, and the place that a key of it may ask for.

import { element } from "./render.js";

const $ = (id) => document.getElementById(id);
const CITIES = {
  "香港 Hong Kong": [22.28, 114.16],
  "London 倫敦": [51.51, -0.13],
  "Toronto 多倫多": [43.65, -79.38],
  "Sydney 悉尼": [-33.87, 151.21],
};
const NORTHMOST = 90;
const EASTMOST = 180;

// The last markup that is a keyboard of this kind, and its message.
function findLast(messages) {
  const kinds = ["keyboard", "remove_keyboard", "force_reply"];
  return messages
    .filter(({ keyboard }) => keyboard && kinds.some((kind) => kind in keyboard))
    .at(-1);
}

// A reply keyboard stands until a later message brings another or takes it away.
export function drawKeys(messages, context) {
  const message = findLast(messages);
  const isUsed = messages.some((m) => !m.from_bot && m.message_id > (message?.message_id ?? 0));
  const markup = message?.keyboard ?? {};
  const rows = isUsed && markup.one_time_keyboard ? [] : (markup.keyboard ?? []);
  const nodes = rows.map((row) =>
    element("div", { class: "row" }, ...row.map((button) => drawKey(button, context))),
  );
  $("keys").replaceChildren(...nodes);
  $("keys").hidden = nodes.length === 0;
  $("text").placeholder =
    (!isUsed && markup.input_field_placeholder) || context.words.write;
  return !isUsed && markup.force_reply ? message.message_id : 0;
}

function drawKey(button, context) {
  const node = element("button", { type: "button", class: "key" }, button.text);
  const act = () => (button.request_location ? askPlace(context) : context.say(button.text));
  node.addEventListener("click", act);
  return node;
}

function askPlace(context) {
  const { words, share, toast } = context;
  const cities = Object.entries(CITIES).map(([name, place]) => {
    const node = element("button", { type: "button", class: "key" }, name);
    node.addEventListener("click", () => {
      $("place").close();
      share(...place);
    });
    return node;
  });
  $("place-cities").replaceChildren(...cities);
  $("place-text").textContent = words.where;
  $("place-at").setAttribute("aria-label", words.place);
  $("place-send").textContent = words.send;
  $("place-close").textContent = words.close;
  $("place-close").onclick = () => $("place").close();
  $("place-form").onsubmit = (event) => {
    const place = readPlace($("place-at").value);
    if (place) {
      share(...place);
    } else {
      event.preventDefault();
      toast(words.noPlace);
    }
  };
  $("place").showModal();
}

function readPlace(text) {
  const [latitude, longitude, ...rest] = text.split(/[\s,，;]+/).filter(Boolean).map(Number);
  const isPlace = Math.abs(latitude) <= NORTHMOST && Math.abs(longitude) <= EASTMOST;
  return isPlace && rest.length === 0 ? [latitude, longitude] : null;
}
