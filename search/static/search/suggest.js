/*
 * Suggestions under every search box. The box is a plain form; this only adds a list of links below it while somebody
 * types: arrows move, Enter follows, Escape closes. Without it the form works the same.
 */

const WAIT_MS = 120;
let lists = 0;

function enhance(form) {
  const input = form.querySelector("input[name=q]");
  if (!input) return;
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `suggestions-${++lists}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label") ?? "");
  list.hidden = true;
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  let waiting = 0;
  let asked = null;
  let chosen = -1;
  const known = new Map();

  const options = () => [...list.children];

  function close() {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(n) {
    const all = options();
    if (!all.length) return;
    chosen = (n + all.length) % all.length;
    all.forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === chosen));
      option.firstElementChild.setAttribute("aria-selected", String(i === chosen));
    });
    input.setAttribute("aria-activedescendant", all[chosen].id);
  }

  function show(html) {
    list.innerHTML = html;
    options().forEach((option, i) => {
      option.id = `${list.id}-${i}`;
    });
    const some = list.childElementCount > 0;
    list.hidden = !some;
    chosen = -1;
    input.setAttribute("aria-expanded", String(some));
    input.removeAttribute("aria-activedescendant");
  }

  async function ask() {
    const typed = input.value.trim();
    asked?.abort();
    if (!typed) return close();
    if (known.has(typed)) return show(known.get(typed));
    asked = new AbortController();
    try {
      const answer = await fetch(`/search/suggest/?q=${encodeURIComponent(typed)}`, {
        headers: { Accept: "text/html" },
        signal: asked.signal,
      });
      if (!answer.ok) return close();
      const html = (await answer.text()).trim();
      known.set(typed, html);
      if (document.activeElement === input) show(html);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  input.addEventListener("input", (event) => {
    clearTimeout(waiting);
    // While pinyin is being composed the letters are not yet what is meant, but they do find things.
    waiting = setTimeout(ask, event.isComposing ? WAIT_MS * 2 : WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) return;
      event.preventDefault();
      choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? -1 : chosen - 1);
    } else if (event.key === "Enter" && !list.hidden && chosen >= 0) {
      event.preventDefault();
      options()[chosen].querySelector("a").click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  // A press on a link would take the focus first, and the list with it.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
}

document.querySelectorAll("form.search").forEach(enhance);
