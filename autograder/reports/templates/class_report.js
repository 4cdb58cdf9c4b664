"use strict";
(() => {
  const table = document.querySelector("table.students");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const said = document.getElementById("shown");
  const text = document.getElementById("filter-name");
  const status = document.getElementById("filter-status");
  const chosen = document.getElementById("filter-check");
  const titles = new Map();
  let missed = "";

  const value = (row, column) => {
    const cell = row.cells[column];
    const number = cell.dataset.value;
    return number === undefined ? cell.textContent.trim() : number === "" ? -Infinity : Number(number);
  };
  const compare = (one, other) =>
    typeof one === "string" ? one.localeCompare(other, undefined, { numeric: true }) : one - other;

  const sort = (header, direction) => {
    const column = header.cellIndex;
    const keyed = rows.map((row) => [value(row, column), row]);
    keyed.sort((one, other) => direction * compare(one[0], other[0]));
    body.append(...keyed.map((one) => one[1]));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
  };

  const fits = (row) => {
    const words = text.value.trim().toLowerCase();
    if (words && !row.cells[0].textContent.toLowerCase().includes(words)) return false;
    if (status.value && row.dataset.status !== status.value) return false;
    if (!missed) return true;
    const groups = row.dataset.missed.split(" ");
    return groups.some((group) => group === missed || group.startsWith(`${missed}.`));
  };
  const filter = () => {
    let count = 0;
    for (const row of rows) {
      row.hidden = !fits(row);
      if (!row.hidden) count += 1;
    }
    chosen.hidden = !missed;
    if (missed) chosen.querySelector("span").textContent = titles.get(missed);
    said.textContent = count === rows.length ? `all ${rows.length}` : `${count} of ${rows.length}`;
  };

  for (const header of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const down = header.getAttribute("aria-sort") === "ascending";
      sort(header, down ? -1 : 1);
    });
  }
  for (const button of document.querySelectorAll("button[data-missed]")) {
    titles.set(button.dataset.missed, button.dataset.title);
    button.hidden = false;
    button.addEventListener("click", () => {
      missed = button.dataset.missed;
      filter();
      const students = document.getElementById("students");
      students.scrollIntoView();
      students.querySelector("h2").focus({ preventScroll: true });
    });
  }
  chosen.querySelector("button").addEventListener("click", () => {
    missed = "";
    filter();
    text.focus();
  });
  text.addEventListener("input", filter);
  status.addEventListener("change", filter);

  const cell = (node) => {
    const words = (node.dataset.value ?? node.textContent).trim().replace(/\s+/g, " ");
    return /^[=+\-@]/.test(words) ? `'${words}` : words;
  };
  const copied = document.getElementById("copied");
  document.getElementById("copy").addEventListener("click", async () => {
    const shown = [...body.rows].filter((row) => !row.hidden);
    const lines = [table.tHead.rows[0], ...shown].map((row) => [...row.cells].map(cell).join("\t"));
    try {
      await navigator.clipboard.writeText(`${lines.join("\n")}\n`);
      copied.textContent = `Copied ${shown.length} rows.`;
    } catch {
      const range = document.createRange();
      range.selectNode(table);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      copied.textContent = "The table is selected: copy it with Ctrl + C.";
    }
  });
  document.getElementById("tools").hidden = false;
  filter();
})();
