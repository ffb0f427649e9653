/*
 * Below each box with a limit: how many characters it holds, live. And who leaves a changed form is warned.
 * Without JavaScript the help of the box names the limit. A box of rich text is counted by its editor (editor.js),
 * which tells its length in a "textlength" event.
 */

const NL = {
  of: (n, max) => `${n} van ${max} tekens`, over: (n) => `${n} te veel`, advised: (n) => `${n} meer dan aangeraden`,
};
const EN = {
  of: (n, max) => `${n} of ${max} characters`, over: (n) => `${n} too many`, advised: (n) => `${n} more than advised`,
};
const english = document.documentElement.lang.startsWith("en");
const WORDS = english ? EN : NL;
const number = (n) => n.toLocaleString(english ? "en-GB" : "nl-NL");
const NEAR = 0.9; // from here on a screen reader hears how long the text is, once typing pauses
const PAUSE = 1000; // milliseconds

const said = document.createElement("p");
said.className = "only-heard";
said.setAttribute("role", "status");
document.body.append(said);
let saying;

// -- counting ----------------------------------------------------------------------------------------------------------

const counters = new WeakMap(); // by box

/** Return the number of visible characters: of rich text in its plain box, those between the tags. */
function lengthOf(box) {
  const text = box.dataset.editor
    ? new DOMParser().parseFromString(box.value, "text/html").body.textContent.replace(/\n/g, "")
    : box.value;
  return [...text.trim()].length;
}

function tell(box, length) {
  const max = Number(box.dataset.maxLength);
  const advised = Number(box.dataset.advisedLength) || max;
  let words = WORDS.of(number(length), number(max));
  if (length > max) words += `: ${WORDS.over(number(length - max))}`;
  else if (length > advised) words += `: ${WORDS.advised(number(length - advised))}`;
  const counter = counters.get(box);
  if (counter.textContent === words) return;
  const first = !counter.textContent;
  counter.textContent = words;
  counter.classList.toggle("counter-over", length > max);
  clearTimeout(saying);
  if (!first && length >= NEAR * max) saying = setTimeout(() => (said.textContent = words), PAUSE);
}

function count(root) {
  for (const box of root.querySelectorAll("[data-max-length]")) {
    if (box.id.includes("__prefix__") || counters.has(box)) continue;
    const counter = document.createElement("div");
    counter.className = "counter";
    counter.id = `${box.id}_counter`;
    box.after(counter);
    counters.set(box, counter);
    box.setAttribute("aria-describedby", `${box.getAttribute("aria-describedby") ?? ""} ${counter.id}`.trim());
    tell(box, lengthOf(box));
  }
}

count(document);
document.addEventListener("formset:added", (event) => count(event.target));
document.addEventListener("input", ({ target }) => counters.has(target) && tell(target, lengthOf(target)));
document.addEventListener("textlength", ({ target, detail }) => counters.has(target) && tell(target, detail));

// -- leaving -----------------------------------------------------------------------------------------------------------

/** Whether a box holds something else than the page came with. */
function isChanged(box) {
  if (!box.name || box.type === "hidden" || box.name === "csrfmiddlewaretoken") return false;
  if (box.type === "checkbox" || box.type === "radio") return box.checked !== box.defaultChecked;
  if (box.type === "select-one") {
    const options = [...box.options];
    return box.selectedIndex !== Math.max(0, options.findLastIndex((option) => option.defaultSelected));
  }
  if (box.type === "select-multiple") return [...box.options].some((option) => option.selected !== option.defaultSelected);
  return "defaultValue" in box && box.value !== box.defaultValue;
}

const forms = [...document.querySelectorAll("body.change-form #content form[method='post'], .verb form")];
// What came back with errors was typed before, and is not saved.
const isDirty = (form) => Boolean(form.querySelector(".errornote")) || [...form.elements].some(isChanged);
let leaving = false;

for (const form of forms) {
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget === "_blank") return; // a preview beside this page: nobody leaves
    if (leaving) event.preventDefault(); // a second click would save, or make, the same twice
    leaving = true;
  });
}
addEventListener("pageshow", () => (leaving = false));
addEventListener("beforeunload", (event) => {
  if (!leaving && forms.some(isDirty)) event.preventDefault();
});

// -- staying logged in -------------------------------------------------------------------------------------------------

// Who writes is there, though nothing is sent: tell the register now and then, or it ends the log-in as left alone.
const STILL_HERE = 5 * 60 * 1000; // milliseconds
let told = Date.now();

document.addEventListener("input", () => {
  if (!forms.length || Date.now() - told < STILL_HERE) return;
  told = Date.now();
  fetch("/beheer/jsi18n/", { method: "HEAD", cache: "no-store" }).catch(() => {});
});
