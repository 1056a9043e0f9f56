"use strict";
/* Draws the figures of the page from the data beside them; colours come from the style sheet, so they follow its scheme. */
(() => {
  const root = document.documentElement;
  const narrow = window.matchMedia("(max-width: 640px)");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const figures = read("figure-data");
  const views = read("view-data");

  function colour(token) {
    const [name, opacity] = token.split("/");
    const hex = getComputedStyle(root).getPropertyValue(name).trim();
    if (opacity === undefined) return hex;
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    return `rgba(${red},${green},${blue},${opacity})`;
  }

  /* A copy in which the names of CSS variables under "color" or "fillcolor" became colours. */
  function painted(value, key) {
    if (Array.isArray(value)) return value.map((item) => painted(item, key));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, painted(item, name)]));
    }
    const token = /color$/.test(key) && typeof value === "string" && value.startsWith("--");
    return token ? colour(value) : value;
  }

  function axis(own, room, spacing) {
    const common = {
      fixedrange: true, gridcolor: "--grid", zerolinecolor: "--axis", zerolinewidth: 1, tickfont: { color: "--muted" },
      ticks: "", nticks: Math.max(3, Math.round(room / spacing)), ticklabelstandoff: 4, automargin: true,
    };
    return { ...common, ...(own || {}) };
  }

  function layout(own, height, width) {
    const small = narrow.matches;
    const { xaxis, yaxis, ...rest } = own;
    return painted({
      ...rest, height, autosize: true, showlegend: false, dragmode: false,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 44, r: small ? 12 : 18, t: 10, b: 32 },
      font: { family: getComputedStyle(document.body).fontFamily, size: small ? 12 : 13, color: "--ink" },
      hoverlabel: { bgcolor: "--card", bordercolor: "--rule", align: "left", font: { color: "--ink", size: 12 } },
      xaxis: axis({ showgrid: false, ...(xaxis || {}) }, width, small ? 75 : 85),
      yaxis: axis(yaxis, height, height > 300 ? 70 : 42),
    });
  }

  function draw(id) {
    const figure = figures[id];
    const data = figure.data.map((trace) =>
      painted(trace.meta !== undefined && figure.shown ? { ...trace, visible: figure.shown.has(trace.meta) } : trace));
    const config = { responsive: true, displayModeBar: false, showTips: false };
    Plotly.react(id, data, layout(figure.layout, figure.height, document.getElementById(id).clientWidth), config);
  }

  const drawAll = () => Object.keys(figures).forEach(draw);

  function wireLegend(legend) {
    const buttons = [...legend.querySelectorAll("button")];
    const update = () => {
      const shown = new Set(buttons.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => Number(b.dataset.slot)));
      legend.dataset.figures.split(" ").forEach((id) => { figures[id].shown = shown; draw(id); });
    };
    buttons.forEach((button) => button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      update();
    }));
  }

  /* The table behind a figure follows what the figure shows. */
  function retell(id, rows) {
    const body = document.getElementById(id).closest("figure").querySelector("tbody");
    body.replaceChildren(...rows.map((cells) => {
      const row = document.createElement("tr");
      cells.forEach((text, place) => {
        const cell = row.appendChild(document.createElement(place ? "td" : "th"));
        if (!place) cell.scope = "row";
        cell.textContent = text;
      });
      return row;
    }));
  }

  function wireSelectors(form) {
    const id = form.dataset.figure;
    const [outcome, scenario] = form.querySelectorAll("select");
    const update = () => {
      const view = views[`${outcome.value}|${scenario.value}`];
      const empty = document.getElementById(`${id}-empty`);
      empty.hidden = view !== undefined;
      document.getElementById(id).hidden = view === undefined;
      if (view === undefined) return;
      Object.assign(figures[id], { data: view.data, layout: view.layout, height: view.height });
      document.getElementById(id).setAttribute("aria-label", view.alt);
      retell(id, view.rows);
      draw(id);
    };
    form.addEventListener("change", update);
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  function forPrint(printing) {
    root.toggleAttribute("data-print", printing);
    document.querySelectorAll("details[data-print]").forEach((details) => {
      if (printing && !details.open) details.dataset.closed = "";
      if (printing || "closed" in details.dataset) details.open = printing;
      if (!printing) delete details.dataset.closed;
    });
    drawAll();
  }

  drawAll();
  document.querySelectorAll("fieldset.legend").forEach(wireLegend);
  document.querySelectorAll("form.selectors").forEach(wireSelectors);
  [narrow, dark].forEach((query) => query.addEventListener("change", drawAll));
  window.addEventListener("beforeprint", () => forPrint(true));
  window.addEventListener("afterprint", () => forPrint(false));
  root.dataset.drawn = "yes";
})();
