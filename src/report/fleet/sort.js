"use strict";
/* Sorts the sources again, over all parts of the table. Without it they stand with the most harmful first. */
{
  const tables = [...document.querySelectorAll("table.members")];
  const parts = tables.map((table) => [table.tBodies[0], table.tBodies[0].rows.length]);
  const rows = parts.flatMap(([part]) => [...part.rows]);
  const orders = {
    rank: () => 0,
    name: (one, other) => one.dataset.name < other.dataset.name ? -1 : 1,
    day: (one, other) => one.dataset.day < other.dataset.day ? 1 : one.dataset.day > other.dataset.day ? -1 : 0,
    worse: (one, other) => other.dataset.worse - one.dataset.worse,
  };
  const harm = (one, other) => one.dataset.rank - other.dataset.rank;
  const sort = (key) => {
    const sorted = rows.toSorted((one, other) => orders[key](one, other) || harm(one, other));
    let from = 0;
    for (const [part, length] of parts) part.append(...sorted.slice(from, from += length));
    for (const heading of document.querySelectorAll("th[data-sort]")) {
      heading.ariaSort = heading.dataset.sort === key ? (key === "name" || key === "rank" ? "ascending" : "descending") : null;
    }
  };
  for (const heading of document.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(heading.dataset.sort));
    heading.append(button);
  }
  sort("rank");
}
