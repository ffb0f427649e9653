/*
 * Makes an editor of each box of rich text: django-prose-editor's TipTap with exactly the subset that
 * algorithms/richtext.py keeps. Without JavaScript, or for a text it cannot show whole, the box stays a plain one.
 *
 * - The box stays the field: it is only out of sight, and gets a text when, and only when, that was really edited.
 *   So saving an untouched page changes nothing, and what else fills the box (a browser, an extension) is followed.
 * - An editor starts when its box comes near the window; a page has forty of them.
 * - No style or script is written into the page, so the content policy needs no exception: TipTap's own style element
 *   is off (`injectCSS`), its rules are in admin.css (without `white-space: break-spaces` a space becomes `&nbsp;`).
 *
 * The words are here and not in Django's catalogue, because that only travels to scripts through a view of its own.
 */

const NL = {
  toolbar: "Opmaak van", bold: "Vet", italic: "Cursief", heading: "Tussenkop", bullets: "Lijst met opsommingstekens",
  numbers: "Genummerde lijst", deeper: "Dieper in de lijst", higher: "Hoger in de lijst", link: "Link", table: "Tabel invoegen",
  undo: "Ongedaan maken", redo: "Opnieuw", rowBefore: "Rij erboven", rowAfter: "Rij eronder", rowGone: "Rij weg",
  columnBefore: "Kolom links", columnAfter: "Kolom rechts", columnGone: "Kolom weg", head: "Kopregel", caption: "Bijschrift",
  tableGone: "Tabel weg", tableBar: "Tabel", address: "Adres (webadres of e-mailadres)", addressHint: "Leeg: geen link.",
  addressBad: "Dit is geen bruikbaar adres. Begin met https:// of geef een e-mailadres.", captionLabel: "Bijschrift van de tabel",
  captionHint: "Leeg: geen bijschrift.", ok: "Toepassen", cancel: "Annuleren",
  lost: "Bij het plakken is weggelaten:", plain: "Deze tekst staat hier als HTML, omdat de tekstverwerker niet alles kan tonen wat erin staat.",
  image: ["afbeelding", "afbeeldingen"], video: ["ingesloten video", "ingesloten video's"],
  embedded: ["ingesloten onderdeel", "ingesloten onderdelen"], question: ["formulierveld", "formuliervelden"],
  script: ["script", "scripts"], badLink: ["link zonder bruikbaar adres", "links zonder bruikbaar adres"],
  raised: "hoge of lage tekens (zoals in m²)", line: "onderstreping of doorhaling", looks: "kleuren en lettertypen",
};
const EN = {
  toolbar: "Formatting of", bold: "Bold", italic: "Italic", heading: "Sub-heading", bullets: "Bulleted list",
  numbers: "Numbered list", deeper: "Deeper in the list", higher: "Higher in the list", link: "Link", table: "Insert table",
  undo: "Undo", redo: "Redo", rowBefore: "Row above", rowAfter: "Row below", rowGone: "Delete row",
  columnBefore: "Column left", columnAfter: "Column right", columnGone: "Delete column", head: "Header row", caption: "Caption",
  tableGone: "Delete table", tableBar: "Table", address: "Address (of a web page or e-mail)", addressHint: "Empty: no link.",
  addressBad: "This is not a usable address. Begin with https:// or give an e-mail address.", captionLabel: "Caption of the table",
  captionHint: "Empty: no caption.", ok: "Apply", cancel: "Cancel",
  lost: "Left out when pasting:", plain: "This text is shown as HTML, because the editor cannot show everything in it.",
  image: ["image", "images"], video: ["embedded video", "embedded videos"],
  embedded: ["embedded object", "embedded objects"], question: ["form field", "form fields"],
  script: ["script", "scripts"], badLink: ["link without a usable address", "links without a usable address"],
  raised: "superscript or subscript (as in m²)", line: "underlining or strike-through", looks: "colours and fonts",
};
const WORDS = document.documentElement.lang.startsWith("en") ? EN : NL;

const SCHEMES = ["http:", "https:", "mailto:", "tel:"];
const NEAR = "600px 0px"; // how far below and above the window an editor starts

/** Return the body of HTML in a document of its own; styles and handlers as mere data, or the browser reports them. */
function parsed(html) {
  const quiet = html.replace(/<style\b[\s\S]*?<\/style>/gi, "").replace(/<[a-z][^<>]*>/gi, (tag) =>
    tag.replace(/(\s)(style|on\w+)(?=\s*=)/gi, "$1data-$2"));
  return new DOMParser().parseFromString(quiet, "text/html").body;
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// -- reading what is in a box ------------------------------------------------------------------------------------------

const isHtmlName = (name) => !(document.createElement(name) instanceof HTMLUnknownElement);

/** Whether a text was written as HTML, as richtext.is_markup. */
const isMarkup = (text) => [...text.matchAll(/<\/?([a-z][a-z0-9]*)[^<>]*>/gi)].some((tag) => isHtmlName(tag[1]));

/** Return text of a box as HTML: plain text gets its paragraphs, and what looks like a tag but is none stays text. */
function asHtml(text) {
  if (!text.trim()) return "";
  if (isMarkup(text)) {
    return text.replace(/<(\/?)([a-z][^\s/>]*)/gi, (tag, slash, name) =>
      /^[a-z][a-z0-9]*$/i.test(name) && isHtmlName(name) ? tag : `&lt;${slash}${name}`,
    );
  }
  const escaped = text.replace(/&(?!#?\w+;)/g, "&amp;").replace(/</g, "&lt;").replace(/\r\n?/g, "\n").trim();
  return escaped.split(/\n[ \t]*\n/).map((part) => `<p>${part.trim().replace(/\n/g, "<br>")}</p>`).join("");
}

const SAME = { B: "STRONG", I: "EM", H1: "H4", H2: "H4", H3: "H4", H5: "H4", H6: "H4" };
const TOLD = new Set(["H4", "UL", "OL", "LI", "TABLE", "CAPTION", "THEAD", "TR", "TH", "TD", "A", "BR"]);

/** Return what a text holds, to see whether the editor holds all of it. */
function contents(html) {
  const body = parsed(html);
  const words = (it) => it.textContent.replace(/\s+/g, "");
  const marked = (names) => [...body.querySelectorAll(names)].filter((it) => !it.parentElement.closest(names)).map(words);
  const parts = [...body.querySelectorAll("*")].flatMap((it) => {
    const name = SAME[it.nodeName] ?? it.nodeName;
    if (!TOLD.has(name) || (name === "A" && !it.hasAttribute("href")) || (name !== "BR" && !/^T/.test(name) && !words(it))) return [];
    return [[name, ...["href", "colspan", "rowspan", "scope"].map((key) => it.getAttribute(key) ?? "").map((value) => (value === "1" ? "" : value))]];
  });
  return JSON.stringify([words(body), marked("strong, b").join(""), marked("em, i").join(""), parts]);
}

// -- pasting -----------------------------------------------------------------------------------------------------------

const isUsable = (address) => {
  const bare = address.replace(/[\x00-\x20]/g, "");
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(bare);
  return Boolean(bare) && (!scheme || SCHEMES.includes(scheme[0].toLowerCase()));
};

/** Tidy a fragment in place so that it is in our subset; return how often something was left out, by kind. */
function tidy(body) {
  const lost = {};
  const lose = (kind, number = 1) => number && (lost[kind] = (lost[kind] ?? 0) + number);
  const all = (selector) => [...body.querySelectorAll(selector)];
  lose("looks", all("font, [color], [bgcolor]").length + all("[data-style]").filter((it) =>
    /\b(color|background|font|font-family|font-size)\s*:/i.test(it.dataset.style)).length);
  lose("raised", all("sub, sup").length);
  lose("line", all("u, ins, s, strike, del").length);
  const video = all("video, iframe, object, embed").filter((it) => it.nodeName === "VIDEO" || /youtu|vimeo|video/i.test(it.outerHTML));
  lose("video", video.length);
  lose("embedded", all("iframe, object, embed, audio").filter((it) => !video.includes(it)).length);
  lose("question", all("input:not([type=hidden]), textarea, select, button").length);
  lose("script", all("script").length);
  lose("image", all("img, svg, canvas").length);
  const notes = document.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const comments = [];
  while (notes.nextNode()) comments.push(notes.currentNode);
  for (const it of [...comments, ...all("script, style, meta, link, title, xml, svg, canvas, img, iframe, object, embed, video, audio, input, col, colgroup")]) it.remove();
  for (const it of all("a")) {
    if (it.hasAttribute("href") && isUsable(it.getAttribute("href"))) continue;
    if (it.hasAttribute("href")) lose("badLink");
    it.replaceWith(...it.childNodes);
  }
  makeLists(body);
  markByStyle(all("[data-style]"));
  for (const it of all("li, td, th, caption").flatMap((box) => [...box.querySelectorAll("h1, h2, h3, h4, h5, h6")])) {
    const paragraph = it.ownerDocument.createElement("p");
    paragraph.append(...it.childNodes);
    it.replaceWith(paragraph);
  }
  for (const it of all("ul > ul, ul > ol, ol > ul, ol > ol")) it.previousElementSibling?.append(it); // Word puts a sub-list beside its item
  for (const it of all("p, h1, h2, h3, h4, h5, h6")) if (!it.textContent.trim()) it.remove();
  for (const it of all("li")) {
    const first = [...it.childNodes].find((node) => node.nodeType === Node.ELEMENT_NODE || node.textContent.trim());
    if (["UL", "OL", "TABLE"].includes(first?.nodeName)) it.prepend(it.ownerDocument.createElement("p")); // an item begins with text
  }
  return lost;
}

/** Make marks of what is bold or italic by its style. */
function markByStyle(styled) {
  for (const it of styled) {
    const { style } = it.dataset;
    const weight = /(?:^|[;\s])font-weight:\s*(bold|normal|\d+)/i.exec(style)?.[1].toLowerCase();
    const bold = weight && (weight === "bold" || Number(weight) >= 600);
    if (weight && !bold && ["B", "STRONG"].includes(it.nodeName)) it.replaceWith(...it.childNodes);
    if (it.nodeName !== "SPAN") continue;
    for (const [name, wanted] of [["strong", bold], ["em", /(?:^|[;\s])font-style:\s*(italic|oblique)/i.test(style)]]) {
      if (!wanted) continue;
      const mark = it.ownerDocument.createElement(name);
      mark.append(...it.childNodes);
      it.append(mark);
    }
  }
}

function told(lost) {
  const kinds = ["image", "video", "embedded", "question", "script", "badLink", "raised", "line", "looks"];
  return kinds.filter((kind) => lost[kind]).map((kind) => {
    const words = WORDS[kind];
    return Array.isArray(words) ? `${lost[kind]} ${words[lost[kind] === 1 ? 0 : 1]}` : words;
  });
}

const BULLET = /^[\s\u00a0]*(?:[·•§▪◦‣o–-]|\(?[0-9A-Za-z]{1,5}[.)])(?=[\s\u00a0]|$)/;
const NUMBER = /^\(?[0-9A-Za-z]{1,5}(\.[0-9]+)*[.)]/;

/** How deep in lists Word shows a paragraph, from 1; 0 for what is no list item. As richtext._word_level. */
function wordLevel(node) {
  if (node.nodeName !== "P") return 0;
  const level = /mso-list:\s*\w+\s+level([1-9])/i.exec(node.dataset.style ?? "");
  if (level) return Number(level[1]);
  return /^MsoList/i.test(node.className) && BULLET.test(node.textContent) ? 1 : 0;
}

/** Make real lists of Word's paragraphs that only look like list items. As richtext._with_word_lists. */
function makeLists(body) {
  const parents = new Set([...body.querySelectorAll("p")].filter(wordLevel).map((it) => it.parentElement));
  for (const parent of parents) {
    let filling = [];
    for (const node of [...parent.childNodes]) {
      const level = node.nodeType === Node.ELEMENT_NODE ? wordLevel(node) : 0;
      if (!level) {
        if (node.textContent.trim() || node.nodeType === Node.ELEMENT_NODE) filling = [];
        continue;
      }
      const [name, item] = wordItem(node);
      while (filling.length && (filling.at(-1).level > level || (filling.at(-1).level === level && filling.at(-1).list.localName !== name))) filling.pop();
      if (!filling.length || filling.at(-1).level < level) {
        const list = body.ownerDocument.createElement(name);
        if (filling.length) filling.at(-1).list.lastElementChild.append(list);
        else node.before(list);
        filling.push({ level, list });
      }
      filling.at(-1).list.append(item);
      node.remove();
    }
  }
}

function wordItem(node) {
  const item = node.ownerDocument.createElement("li");
  item.append(...node.childNodes);
  const sign = [...item.querySelectorAll("[data-style]")].find((it) => /mso-list:\s*Ignore/i.test(it.dataset.style));
  let mark = sign?.textContent;
  if (sign) sign.remove();
  else {
    mark = BULLET.exec(item.textContent)?.[0] ?? "";
    cut(item, mark.length);
  }
  cut(item, item.textContent.length - item.textContent.trimStart().length);
  return [NUMBER.test(mark.trim()) ? "ol" : "ul", item];
}

function cut(node, length) {
  const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (length && walk.nextNode()) {
    const text = walk.currentNode;
    const part = Math.min(length, text.length);
    text.deleteData(0, part);
    length -= part;
  }
}

// -- what the editor knows ---------------------------------------------------------------------------------------------

/** Return the caption of a table as HTML with marks only. */
function captionOf(table) {
  const caption = table.querySelector(":scope > caption");
  if (!caption) return "";
  const holder = parsed("");
  const copy = (from, into) => {
    for (const node of from.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) into.append(node.data.replace(/\s+/g, " "));
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      const name = (SAME[node.nodeName] ?? node.nodeName).toLowerCase();
      const kept = ["strong", "em", "br"].includes(name) || (name === "a" && isUsable(node.getAttribute("href") ?? ""));
      const made = kept ? into.appendChild(into.ownerDocument.createElement(name)) : into;
      if (kept && name === "a") made.setAttribute("href", node.getAttribute("href"));
      copy(node, made);
    }
  };
  copy(caption, holder);
  return holder.innerHTML.trim();
}

/** Return HTML as what ProseMirror makes elements of. */
const specOf = (html) => {
  const of = (node) =>
    node.nodeType === Node.TEXT_NODE
      ? node.data
      : [node.localName, node.hasAttribute("href") ? { href: node.getAttribute("href") } : {}, ...[...node.childNodes].map(of)];
  return [...parsed(html).childNodes].map(of);
};

// In the outline of this page a heading in a text stands below that of its section, if there is one.
const HEADING = document.querySelector("#content fieldset h2") ? "3" : "2";

function extensions(lib) {
  const withoutTab = (keys) => ({
    addKeyboardShortcuts() {
      const own = this.parent?.() ?? {};
      for (const key of ["Tab", "Shift-Tab"]) delete own[key]; // Tab leaves the editor
      return { ...own, ...keys?.call(this) };
    },
  });
  return [
    lib.Document.extend({ content: "(block | heading)+" }),
    lib.Paragraph, lib.Text, lib.Bold, lib.Italic, lib.HardBreak, lib.Gapcursor, lib.Dropcursor,
    lib.UndoRedo ?? lib.History,
    lib.Heading.extend({
      group: "heading", // at the top only: none in lists and cells
      parseHTML: () => [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level: 4 } })),
      renderHTML: () => ["h4", { "aria-level": HEADING }, 0],
    }).configure({ levels: [4] }),
    lib.BulletList,
    lib.OrderedList.configure({ enableListAttributes: false }),
    lib.ListItem.extend(withoutTab(function () {
      return {
        "Mod-]": () => this.editor.commands.sinkListItem("listItem"),
        "Mod-[": () => this.editor.commands.liftListItem("listItem"),
      };
    })),
    lib.Link.extend({
      addKeyboardShortcuts() {
        return { "Mod-k": () => (askLink(this.editor), true) };
      },
    }).configure({ openOnClick: false, autolink: false, enableTarget: false, isAllowedUri: isUsable }),
    lib.Table.extend({
      ...withoutTab(),
      addAttributes() {
        return { ...this.parent?.(), caption: { default: "", parseHTML: captionOf, renderHTML: () => ({}) } };
      },
      parseHTML: () => [{ tag: "table" }, { tag: "caption", ignore: true }],
      renderHTML({ node }) {
        const caption = node.attrs.caption ? [["caption", { contenteditable: "false" }, ...specOf(node.attrs.caption)]] : [];
        return ["table", {}, ...caption, ["tbody", 0]];
      },
      addNodeView: () => null,
    }).configure({ resizable: false }),
    lib.TableRow.extend({
      addAttributes() {
        return {
          ...this.parent?.(),
          head: {
            default: false,
            parseHTML: (row) => row.hasAttribute("data-head") || row.parentElement?.localName === "thead",
            renderHTML: ({ head }) => (head ? { "data-head": "" } : {}),
          },
        };
      },
    }),
    lib.TableHeader.extend({
      addAttributes() {
        return {
          ...this.parent?.(),
          scope: {
            default: null,
            parseHTML: (cell) => cell.getAttribute("scope"),
            renderHTML: ({ scope }) => (scope ? { scope } : {}),
          },
        };
      },
    }),
    lib.TableCell,
  ];
}

const KEPT = ["href", "colspan", "rowspan", "scope"];

/** Return a document as HTML: heads of tables in their own element, no attributes but ours. */
function toHtml(lib, doc, schema) {
  if (!doc.textContent && doc.childCount === 1 && doc.firstChild.isTextblock) return "";
  const body = parsed(lib.getHTMLFromFragment(doc.content, schema));
  for (const table of body.querySelectorAll("table")) {
    const rows = [...table.rows].filter((row) => row.closest("table") === table);
    const until = rows.findIndex((row) => !row.hasAttribute("data-head"));
    const heads = rows.slice(0, until < 0 ? rows.length : until);
    if (heads.length) {
      const thead = table.createTHead();
      thead.append(...heads);
      if (heads.length === rows.length) table.tBodies[0]?.remove();
    }
  }
  for (const it of body.querySelectorAll("*")) {
    for (const { name, value } of [...it.attributes]) if (!KEPT.includes(name) || (name.endsWith("span") && value === "1")) it.removeAttribute(name);
  }
  return body.innerHTML;
}

/** Return the number of visible characters, as richtext.visible_length counts them. */
function length(doc) {
  let captions = "";
  doc.descendants((node) => void (node.attrs.caption && (captions += parsed(node.attrs.caption).textContent)));
  return [...(doc.textContent + captions)].length;
}

// -- questions: the address of a link, the caption of a table ----------------------------------------------------------

let dialog;

/** Ask one text; resolves to null when cancelled. `check` returns the answer to use, or undefined for a bad one. */
function ask({ title, label, hint, bad, value, check }) {
  if (!dialog) {
    dialog = element("dialog", { class: "rich-ask", "aria-labelledby": "rich-ask-title" },
      element("form", { method: "dialog" },
        element("h2", { id: "rich-ask-title" }),
        element("label", { for: "rich-ask-answer" }),
        element("input", { id: "rich-ask-answer", type: "text", autocomplete: "off", "aria-describedby": "rich-ask-hint" }),
        element("p", { id: "rich-ask-hint", role: "status" }),
        element("div", {}, element("button", { type: "submit", class: "button default" }, WORDS.ok),
          element("button", { type: "button", class: "button" }, WORDS.cancel))));
    dialog.querySelector("[type=button]").addEventListener("click", () => dialog.close());
    document.body.append(dialog);
  }
  const [heading, words, box, note] = dialog.querySelectorAll("h2, label, input, p");
  heading.textContent = title;
  words.textContent = label;
  note.textContent = hint;
  box.value = value;
  return new Promise((resolve) => {
    let answer = null;
    const form = dialog.querySelector("form");
    form.onsubmit = (event) => {
      const checked = check(box.value.trim());
      if (checked === undefined) {
        event.preventDefault();
        note.textContent = bad;
        box.setAttribute("aria-invalid", "true");
        box.focus();
      } else answer = checked;
    };
    dialog.onclose = () => {
      box.removeAttribute("aria-invalid");
      resolve(answer);
    };
    dialog.showModal();
    box.select();
  });
}

function usable(typed) {
  if (!typed) return "";
  if (/^[^\s@:/]+@[^\s@/]+\.[^\s@/]+$/.test(typed)) return `mailto:${typed}`;
  if (/^(www\.)?[\w-]+(\.[\w-]+)+([/?#]\S*)?$/i.test(typed)) return `https://${typed}`;
  return /^[a-z]+:|^[/#]/i.test(typed) && isUsable(typed) && !/\s/.test(typed) ? typed : undefined;
}

async function askLink(editor) {
  const value = editor.getAttributes("link").href ?? "";
  const href = await ask({ title: WORDS.link, label: WORDS.address, hint: WORDS.addressHint, bad: WORDS.addressBad, value, check: usable });
  if (href === null) return void editor.commands.focus();
  const chain = editor.chain().focus().extendMarkRange("link");
  if (!href) chain.unsetLink().run();
  else if (editor.state.selection.empty && !value) {
    const text = href.replace(/^mailto:/, "");
    editor.chain().focus().insertContent({ type: "text", text, marks: [{ type: "link", attrs: { href } }] }).run();
  } else chain.setLink({ href }).run();
}

/** Return the innermost node of a type around the cursor, and where it begins. */
function around(editor, name) {
  const { $from } = editor.state.selection;
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type.name === name) return { node: $from.node(depth), at: $from.before(depth) };
  }
  return null;
}

function setAttributes(editor, at, attributes) {
  editor.commands.command(({ tr }) => Boolean(tr.setNodeMarkup(at, undefined, { ...tr.doc.nodeAt(at).attrs, ...attributes })));
}

async function askCaption(editor) {
  const { node, at } = around(editor, "table");
  const value = parsed(node.attrs.caption).textContent;
  const given = await ask({ title: WORDS.caption, label: WORDS.captionLabel, hint: WORDS.captionHint, bad: "", value, check: (text) => text });
  if (given !== null && given !== value) setAttributes(editor, at, { caption: element("p", {}, given).innerHTML });
  editor.commands.focus();
}

function toggleHead(editor) {
  const { node, at } = around(editor, "table");
  const { tableHeader, tableCell } = editor.schema.nodes;
  const head = !node.firstChild.attrs.head;
  editor.chain().focus().command(({ tr }) => {
    tr.setNodeMarkup(at + 1, undefined, { ...node.firstChild.attrs, head });
    node.firstChild.forEach((cell, offset) => tr.setNodeMarkup(at + 2 + offset, head ? tableHeader : tableCell, cell.attrs));
    return true;
  }).run();
}

function insertTable(editor) {
  editor.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run();
  const row = around(editor, "tableRow");
  if (row) setAttributes(editor, row.at, { head: true });
}

// -- the toolbar -------------------------------------------------------------------------------------------------------

const ICONS = {
  bullets: "M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01",
  numbers: "M10 6h10M10 12h10M10 18h10M4 4.5l1.5-.5v4.500M3.500 14h3l-3 4.500h3",
  deeper: "M4 5h16M10 10h10M10 14h10M4 19h16M4 9.500l2.500 2.500-2.500 2.500",
  higher: "M4 5h16M10 10h10M10 14h10M4 19h16M6.500 9.500l-2.500 2.500 2.500 2.500",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  table: "M4 5h16v14H4zM4 10h16M4 14.500h16M9.300 5v14M14.600 5v14",
  undo: "M8 5l-4 4 4 4M4 9h10a5 5 0 0 1 0 10h-4",
  redo: "M16 5l4 4-4 4M20 9H10a5 5 0 0 0 0 10h4",
};
const LETTERS = { bold: ["strong", "B"], italic: ["em", "I"], heading: ["strong", "H"] };
const inList = (editor) => editor.isActive("listItem");

const BUTTONS = [
  { name: "bold", keys: "Ctrl+B", on: (e) => e.isActive("bold"), run: (e) => e.chain().focus().toggleBold().run() },
  { name: "italic", keys: "Ctrl+I", on: (e) => e.isActive("italic"), run: (e) => e.chain().focus().toggleItalic().run() },
  { name: "heading", keys: "Ctrl+Alt+4", on: (e) => e.isActive("heading"), run: (e) => e.chain().focus().toggleHeading({ level: 4 }).run() },
  { name: "bullets", keys: "Ctrl+Shift+8", on: (e) => e.isActive("bulletList"), run: (e) => e.chain().focus().toggleBulletList().run() },
  { name: "numbers", keys: "Ctrl+Shift+7", on: (e) => e.isActive("orderedList"), run: (e) => e.chain().focus().toggleOrderedList().run() },
  { name: "deeper", keys: "Ctrl+]", shown: inList, run: (e) => e.chain().focus().sinkListItem("listItem").run() },
  { name: "higher", keys: "Ctrl+[", shown: inList, run: (e) => e.chain().focus().liftListItem("listItem").run() },
  { name: "link", keys: "Ctrl+K", on: (e) => e.isActive("link"), run: askLink },
  { name: "table", run: insertTable },
  { name: "undo", keys: "Ctrl+Z", run: (e) => e.chain().focus().undo().run() },
  { name: "redo", keys: "Ctrl+Y", run: (e) => e.chain().focus().redo().run() },
];
const TABLE_BUTTONS = [
  { name: "rowBefore", run: (e) => e.chain().focus().addRowBefore().run() },
  { name: "rowAfter", run: (e) => e.chain().focus().addRowAfter().run() },
  { name: "rowGone", run: (e) => e.chain().focus().deleteRow().run() },
  { name: "columnBefore", run: (e) => e.chain().focus().addColumnBefore().run() },
  { name: "columnAfter", run: (e) => e.chain().focus().addColumnAfter().run() },
  { name: "columnGone", run: (e) => e.chain().focus().deleteColumn().run() },
  { name: "head", on: (e) => Boolean(around(e, "table")?.node.firstChild.attrs.head), run: toggleHead },
  { name: "caption", on: (e) => Boolean(around(e, "table")?.node.attrs.caption), run: askCaption },
  { name: "tableGone", run: (e) => e.chain().focus().deleteTable().run() },
];

function face(name) {
  if (LETTERS[name]) return element(LETTERS[name][0], { "aria-hidden": "true" }, LETTERS[name][1]);
  if (!ICONS[name]) return WORDS[name];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true" })) svg.setAttribute(key, value);
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  svg.firstChild.setAttribute("d", ICONS[name]);
  return svg;
}

/** Return a toolbar: one stop for Tab, arrows within it, Escape back to the text; and a function that brings it up to date. */
function toolbar(label, buttons, getEditor) {
  const bar = element("div", { role: "toolbar", "aria-label": label, class: "rich-bar" });
  const made = buttons.map((button) => {
    const it = element("button", { type: "button", tabindex: "-1" }, face(button.name));
    if (it.firstElementChild) {
      it.setAttribute("aria-label", WORDS[button.name]);
      it.title = WORDS[button.name] + (button.keys ? ` (${button.keys})` : "");
    }
    if (button.keys) it.setAttribute("aria-keyshortcuts", button.keys.replace("Ctrl", "Control"));
    if (button.on) it.setAttribute("aria-pressed", "false");
    it.hidden = Boolean(button.shown);
    it.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps its selection
    it.addEventListener("click", () => button.run(getEditor()));
    bar.append(it);
    return it;
  });
  const shown = () => made.filter((it) => !it.hidden);
  const stop = (at) => {
    for (const it of made) it.tabIndex = it === at ? 0 : -1;
    return at;
  };
  stop(made[0]);
  bar.addEventListener("focusin", (event) => stop(event.target));
  bar.addEventListener("keydown", (event) => {
    const all = shown();
    const here = all.indexOf(document.activeElement);
    const next = { ArrowRight: (here + 1) % all.length, ArrowLeft: (here + all.length - 1) % all.length, Home: 0, End: all.length - 1 }[event.key];
    if (next !== undefined) stop(all[next]).focus();
    else if (event.key === "Escape") getEditor().commands.focus();
    else return;
    event.preventDefault();
  });
  const refresh = () => {
    const editor = getEditor();
    buttons.forEach((button, number) => {
      if (button.on) made[number].setAttribute("aria-pressed", String(button.on(editor)));
      if (button.shown) made[number].hidden = !button.shown(editor);
    });
    if (!shown().some((it) => it.tabIndex === 0)) stop(shown()[0]);
  };
  return { bar, refresh };
}

// -- one editor --------------------------------------------------------------------------------------------------------

const editors = new WeakMap(); // by box
let shared; // what all editors of a page need, made once

async function library(url) {
  const lib = await import(url);
  const known = extensions(lib);
  return { lib, known, schema: lib.getSchema(known) };
}

function read({ lib, schema }, text) {
  const body = parsed(asHtml(text));
  tidy(body);
  return lib.createDocument(body.innerHTML, schema);
}

/**
 * Let the editor read where the caret is before it handles a key. A browser tells that in a task of its own, on a busy
 * machine after the next keys; until then a Backspace at the end of a text is refused as if it were at its beginning.
 */
function readCaret(view, event) {
  if (!event.isComposing) view.dom.ownerDocument.dispatchEvent(new Event("selectionchange"));
}

async function start(box) {
  if (editors.has(box) || box.disabled || box.readOnly) return editors.get(box);
  shared ??= library(box.dataset.editor);
  const made = await shared;
  if (editors.has(box)) return editors.get(box);
  if (document.activeElement === box && !("take" in box.dataset)) {
    box.addEventListener("blur", () => start(box), { once: true }); // never take away the box someone types in
    return null;
  }
  const { lib, known, schema } = made;
  const doc = read(made, box.value);
  const whole = contents(asHtml(box.value)) === contents(toHtml(lib, doc, schema));
  editors.set(box, null);
  if (!whole) {
    box.before(element("p", { class: "help rich-note" }, WORDS.plain));
    return null;
  }

  let [asGiven, verbatim] = [doc, box.value]; // what the box held when it was read, and its very words
  let editor;
  let pasting = false;
  const label = document.querySelector(`label[for="${CSS.escape(box.id)}"]`);
  if (label) label.id ||= `${box.id}_label`;
  const name = (label?.textContent ?? box.name).trim().replace(/:$/, "");
  const area = element("div", { class: "rich-area" });
  const status = element("p", { role: "status", class: "rich-lost" });
  const main = toolbar(`${WORDS.toolbar} ${name}`, BUTTONS, () => editor);
  const table = toolbar(`${WORDS.tableBar}: ${name}`, TABLE_BUTTONS, () => editor);
  table.bar.hidden = true;
  const frame = element("div", { class: "rich" }, main.bar, table.bar, area, status);
  box.before(frame);
  frame.append(box);

  const described = box.getAttribute("aria-describedby");
  const attributes = { role: "textbox", "aria-multiline": "true", id: `${box.id}_editor` };
  if (label) attributes["aria-labelledby"] = label.id;
  else attributes["aria-label"] = name;
  if (described) attributes["aria-describedby"] = described;
  for (const key of ["lang", "aria-invalid"]) if (box.hasAttribute(key)) attributes[key] = box.getAttribute(key);

  const count = () => box.dispatchEvent(new CustomEvent("textlength", { bubbles: true, detail: length(editor.state.doc) }));
  const refresh = () => {
    main.refresh();
    table.bar.hidden = !editor.isActive("table");
    if (!table.bar.hidden) table.refresh();
  };
  editor = new lib.Editor({
    element: area,
    extensions: known,
    content: doc.toJSON(),
    injectCSS: false,
    enableInputRules: ["bulletList"],
    enablePasteRules: false,
    editorProps: {
      attributes,
      transformPastedHTML(html) {
        if (html.includes("data-pm-slice") && !/<(?!\/?(p|h4|ul|ol|li|table|caption|tbody|tr|t[hd]|strong|em|a|br)\b)|\sstyle=/i.test(html)) return html; // from an editor like this one
        const body = parsed(html.replace(/data-pm-slice/g, "data-was"));
        const lost = told(tidy(body));
        status.textContent = lost.length ? `${WORDS.lost} ${lost.join(", ")}.` : "";
        return body.innerHTML;
      },
      handlePaste(view, event) {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        if (pasting || event.clipboardData?.getData("text/html") || !isMarkup(text)) return false;
        pasting = true;
        const done = view.pasteHTML(asHtml(text), event); // source of a page, as it could be pasted in the plain box
        pasting = false;
        return done;
      },
      handleKeyDown(view, event) {
        readCaret(view, event);
        if (!(event.altKey && event.key === "F10")) return false;
        main.bar.querySelector("[tabindex='0']").focus();
        return true;
      },
    },
    onUpdate() {
      box.value = editor.state.doc.eq(asGiven) ? verbatim : toHtml(lib, editor.state.doc, editor.schema);
      count();
    },
    onTransaction: () => refresh(),
  });
  asGiven = editor.state.doc;
  editors.set(box, editor);
  box.tabIndex = -1;
  box.setAttribute("aria-hidden", "true");
  area.addEventListener("keydown", () => (status.textContent = ""));
  box.addEventListener("input", () => {
    verbatim = box.value;
    editor.commands.setContent(read(made, verbatim).toJSON(), { emitUpdate: false });
    asGiven = editor.state.doc;
    count();
  });
  label?.addEventListener("click", (event) => {
    event.preventDefault();
    editor.commands.focus();
  });
  for (const id of (described ?? "").split(" ")) {
    for (const it of document.getElementById(id)?.querySelectorAll(".help-html") ?? []) it.hidden = true;
  }
  count();
  return editor;
}

// -- when ----------------------------------------------------------------------------------------------------------------

const near = new IntersectionObserver(
  (seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      start(target);
    }
  },
  { rootMargin: NEAR },
);

const watch = (root) => {
  for (const box of root.querySelectorAll("textarea[data-editor]")) if (!box.id.includes("__prefix__")) near.observe(box);
};

/** Someone went to a box by its address: they get the editor, with the cursor in it. */
async function goTo(id) {
  const box = document.getElementById(id);
  if (!box?.dataset.editor) return;
  box.dataset.take = "";
  const editor = await start(box);
  delete box.dataset.take;
  if (!editor) return;
  editor.commands.focus(null, { scrollIntoView: false });
  box.closest(".fieldBox, .form-row")?.scrollIntoView(); // with its label
}

watch(document);
document.addEventListener("formset:added", (event) => watch(event.target));
document.addEventListener("click", (event) => {
  const id = event.target.closest?.("a[href^='#']")?.getAttribute("href").slice(1);
  if (id) setTimeout(() => goTo(id));
});
if (location.hash) goTo(decodeURIComponent(location.hash.slice(1)));
