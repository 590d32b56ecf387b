"use strict";
addEventListener("DOMContentLoaded", () => {
  const $ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const tools = document.getElementById("tools");
  const say = (text) => { document.getElementById("said").textContent = text; };
  const state = { status: new Set(), principal: "", q: "" };

  // A link to a case opens it, and what it stands in, also where the browser doesn't by itself.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let box = target; box; box = box.parentElement) {
      if (box.hidden) box.hidden = false;
      if (box.tagName === "DETAILS") box.open = true;
    }
    if (target) target.scrollIntoView();
  };

  const matches = (item, words) =>
    (!state.status.size || words.some((word) => state.status.has(word))) &&
    (!state.q || item.textContent.toLowerCase().includes(state.q));

  const showColumns = (table) => {
    const heads = $("thead tr:first-child th[data-p]", table);
    let at = 1;
    for (const head of heads) {
      const width = head.colSpan;
      const off = Boolean(state.principal) && head.dataset.p !== state.principal;
      head.hidden = off;
      for (const row of table.rows) {
        if (row.parentElement.tagName === "THEAD" && row.rowIndex === 0) continue;
        const shift = row.parentElement.tagName === "THEAD" ? at - 1 : at;
        for (let i = 0; i < width; i += 1) if (row.cells[shift + i]) row.cells[shift + i].hidden = off;
      }
      at += width;
    }
    // The total is of all principals.
    for (const row of table.rows) {
      if (row.parentElement.tagName !== "THEAD" || row.rowIndex === 0) row.lastElementChild.hidden = Boolean(state.principal);
    }
  };

  const apply = () => {
    let shown = 0;
    const cases = $("[data-case]");
    for (const item of cases) {
      const words = item.dataset.s.split(" ");
      const off = !matches(item, words) || (Boolean(state.principal) && item.dataset.p !== state.principal);
      item.hidden = off;
      shown += off ? 0 : 1;
    }
    for (const table of $("table.matrix")) {
      for (const row of $("tbody tr", table)) row.hidden = !matches(row, row.dataset.s.split(" "));
      showColumns(table);
      const empty = !$("tbody tr", table).some((row) => !row.hidden) || !$("th[data-p]", table).some((head) => !head.hidden);
      table.parentElement.hidden = empty;
    }
    for (const group of $(".scenario")) group.hidden = !$("[data-case]", group).some((item) => !item.hidden);
    for (const button of $("button[data-status]", tools)) {
      button.setAttribute("aria-pressed", String(state.status.has(button.dataset.status)));
    }
    const active = state.status.size || state.principal || state.q;
    say(active ? `${shown} of ${cases.length} cases shown` : `all ${cases.length} cases shown`);
  };

  const save = () => {
    const query = new URLSearchParams();
    if (state.status.size) query.set("status", [...state.status].join(","));
    if (state.principal) query.set("principal", state.principal);
    if (state.q) query.set("q", state.q);
    history.replaceState(null, "", `#${query}`);
    apply();
  };

  const restore = () => {
    if (!tools || !location.hash.includes("=")) return reveal();
    const query = new URLSearchParams(location.hash.slice(1));
    state.status = new Set((query.get("status") || "").split(",").filter(Boolean));
    state.principal = query.get("principal") || "";
    state.q = (query.get("q") || "").toLowerCase();
    document.getElementById("q").value = state.q;
    document.getElementById("principal").value = state.principal;
    return apply();
  };

  const openAll = (open) => { for (const box of $("details")) box.open = open; };

  if (tools) tools.hidden = false;  // the first of the pages by suite has no cases to filter
  tools?.addEventListener("submit", (event) => event.preventDefault());
  tools?.addEventListener("click", (event) => {
    const { status, all } = event.target.dataset;
    if (status && !state.status.delete(status)) state.status.add(status);
    if (status) save();
    if (all) openAll(all === "open");
  });
  tools?.addEventListener("input", () => {
    state.q = document.getElementById("q").value.trim().toLowerCase();
    state.principal = document.getElementById("principal").value;
    save();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".copy");
    if (!link || !navigator.clipboard) return;
    event.preventDefault();
    navigator.clipboard.writeText(link.href).then(() => say("link copied"));
  });
  addEventListener("hashchange", restore);
  addEventListener("beforeprint", () => {
    for (const box of $("details:not([open])")) { box.dataset.closed = ""; box.open = true; }
  });
  addEventListener("afterprint", () => {
    for (const box of $("details[data-closed]")) { delete box.dataset.closed; box.open = false; }
  });
  restore();
});
