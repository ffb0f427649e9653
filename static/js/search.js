/*
 * Suggestions below the search box, by WAI-ARIA's pattern of a combobox with a list and manual selection: the arrows
 * walk the list, Enter goes to what they stand on, Escape closes it. Enter in the box itself searches what was typed.
 * Without JavaScript it is a plain search box. The words come from the page, which is in two languages.
 */

const PAUSE = 200; // milliseconds without a key before anything is asked
const FEWEST = 2; // characters

const form = document.getElementById("zoeken");
const box = form.elements.zoek;
const texts = form.dataset;

const list = element("div", { id: "suggesties", className: "utrecht-listbox suggestions" });
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", texts.list);
const popover = element("div", {
  className: "utrecht-combobox__popover utrecht-combobox__popover--block-end utrecht-combobox__popover--hidden",
});
popover.append(list);
const said = element("p", { className: "only-heard" });
said.setAttribute("role", "status");
box.after(popover, said);

box.setAttribute("role", "combobox");
box.setAttribute("aria-autocomplete", "list");
box.setAttribute("aria-controls", list.id);
box.setAttribute("aria-expanded", "false");
box.autocomplete = "off"; // else the browser lays its own list over this one

let options = [];
let active = -1; // the option that the arrows stand on
let timer;
let asking = new AbortController();

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

// -- the list ----------------------------------------------------------------------------------------------------------

const isOpen = () => box.getAttribute("aria-expanded") === "true";

function unfold(really) {
  box.setAttribute("aria-expanded", String(really));
  popover.classList.toggle("utrecht-combobox__popover--hidden", !really);
  if (!really) {
    stand(-1);
  }
}

/** Close the list and forget what was asked for it. */
function close() {
  clearTimeout(timer);
  asking.abort();
  unfold(false);
}

/** Let the arrows stand on an option; -1 is the box itself. */
function stand(place) {
  options[active]?.classList.remove("utrecht-listbox__option--active");
  options[active]?.setAttribute("aria-selected", "false");
  active = place;
  box.removeAttribute("aria-activedescendant");
  if (options[active]) {
    options[active].classList.add("utrecht-listbox__option--active");
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", options[active].id);
  }
}

/** Return a group of options below a name; `choose` is what an option does. */
function group(name, items, choose) {
  const made = element("div", { className: "utrecht-listbox__group" });
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", name);
  const label = element("div", { className: "utrecht-listbox__group-label", textContent: name });
  label.setAttribute("aria-hidden", "true"); // the group has the same name
  made.append(label);
  for (const item of items) {
    const option = element("div", { className: "utrecht-listbox__option", id: `suggestie-${options.length}` });
    option.append(element("span", { textContent: item.text, lang: item.lang }));
    if (item.beside) {
      option.append(" ", element("span", { className: "suggestions__beside", textContent: item.beside, lang: "nl" }));
    }
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.addEventListener("click", () => choose(item));
    options.push(option);
    made.append(option);
  }
  return made;
}

const toOption = ({ name, organization, ...rest }) => ({ text: name, beside: organization, ...rest });

function show({ words, records }) {
  stand(-1);
  options = [];
  const lang = document.documentElement.lang;
  const groups = [
    [texts.words, words.map((text) => ({ text, lang })), search],
    [texts.records, records.map(toOption), visit],
  ];
  list.replaceChildren(...groups.filter(([, items]) => items.length).map((parts) => group(...parts)));
  const count = options.length;
  said.textContent = count === 0 ? texts.none : count === 1 ? texts.one : texts.many.replace("#", count);
  unfold(count > 0);
}

function visit({ address }) {
  close();
  location.assign(address);
}

function search({ text }) {
  close();
  box.value = text;
  form.requestSubmit();
}

// -- asking ------------------------------------------------------------------------------------------------------------

async function ask() {
  asking = new AbortController(); // an answer to an older question is not waited for
  const { signal } = asking;
  try {
    const answer = await fetch(`${texts.suggestions}?${new URLSearchParams({ zoek: box.value })}`, { signal });
    const found = answer.ok ? await answer.json() : { words: [], records: [] };
    if (!signal.aborted && document.activeElement === box) {
      show(found);
    }
  } catch {
    // Stopped, or no connection: then there is only the box.
  }
}

box.addEventListener("input", () => {
  clearTimeout(timer);
  asking.abort();
  if (box.value.trim().length < FEWEST) {
    options = [];
    said.textContent = "";
    close();
  } else {
    timer = setTimeout(ask, PAUSE);
  }
});

// -- keys and mouse ----------------------------------------------------------------------------------------------------

const steps = { ArrowDown: 1, ArrowUp: -1 };

box.addEventListener("keydown", (event) => {
  if (event.isComposing) {
    return;
  }
  if (event.key in steps && options.length && !event.altKey && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    unfold(true);
    const places = options.length + 1; // the options, and the box itself
    stand(((active + 1 + steps[event.key] + places) % places) - 1);
  } else if (event.key === "Escape" && isOpen()) {
    event.preventDefault(); // a second Escape empties the box, as in every search box
    close();
  } else if (event.key === "Enter" && isOpen() && active >= 0) {
    event.preventDefault();
    options[active].click();
  } else if (event.key === "Enter") {
    close();
  }
});

box.addEventListener("blur", close);
list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
addEventListener("pageshow", close);
