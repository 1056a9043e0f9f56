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

  /* A copy in which the names of CSS variables under "color", "fillcolor" or "colorscale" became colours. */
  function painted(value, key) {
    if (Array.isArray(value)) return value.map((item) => painted(item, key));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, painted(item, name)]));
    }
    const token = /color(scale)?$/.test(key) && typeof value === "string" && value.startsWith("--");
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

  /* What is folded away is drawn when it is opened. */
  function draw(id) {
    if (document.getElementById(id).closest("details:not([open])")) return;
    const figure = figures[id];
    const data = figure.data.map((trace) =>
      painted(trace.meta !== undefined && figure.shown ? { ...trace, visible: figure.shown.has(trace.meta) } : trace));
    const config = { responsive: true, displayModeBar: false, showTips: false };
    const own = layout(figure.layout, figure.height, document.getElementById(id).clientWidth);
    Plotly.react(id, data, own, config);
    if (figure.apart) Plotly.react(id, ...apart(document.getElementById(id), data, own), config);
  }

  /* Numbered markers that would cover each other stand aside; a thin line leads from each to its true place. */
  function apart(plot, data, own) {
    const { xaxis, yaxis } = plot._fullLayout;
    const spots = data.filter((trace) => trace.mode === "markers+text").map((trace) => {
      const [x, y, size] = [xaxis.d2p(trace.x[0]), yaxis.d2p(trace.y[0]), trace.marker.size];
      return { trace, x, y, from: [x, y], reach: size / 2 + 1, held: size >= figures[plot.id].apart };
    });
    for (let round = 0; round < 300 && push(spots, xaxis._length, yaxis._length); round += 1);
    const moved = spots.filter((spot) => Math.hypot(spot.x - spot.from[0], spot.y - spot.from[1]) > 3);
    const aside = new Map(moved.map((spot) =>
      [spot.trace, { ...spot.trace, x: [xaxis.p2d(spot.x)], y: [yaxis.p2d(spot.y)] }]));
    const leads = moved.map(({ trace, x, y }) => ({
      type: "scatter", mode: "lines", hoverinfo: "skip", line: { color: trace.marker.color, width: 1.2 },
      x: [trace.x[0], xaxis.p2d(x)], y: [trace.y[0], yaxis.p2d(y)],
    }));
    const first = data.findIndex((trace) => trace.mode === "markers+text");
    const drawn = data.map((trace) => aside.get(trace) || trace);
    drawn.splice(first, 0, ...leads);
    const ranged = (axis, name) => ({ ...own[name], range: [...axis.range], autorange: false });
    return [drawn, { ...own, xaxis: ranged(xaxis, "xaxis"), yaxis: ranged(yaxis, "yaxis") }];
  }

  /* One step apart for all pairs that overlap; false when there are none. */
  function push(spots, width, height) {
    let met = false;
    spots.forEach((one, place) => spots.slice(place + 1).forEach((other) => {
      if (one.held && other.held) return;
      let [across, down] = [other.x - one.x, other.y - one.y];
      let gap = Math.hypot(across, down);
      const short = one.reach + other.reach - gap;
      if (short <= 0.5) return;
      met = true;
      if (gap < 0.01) [across, down, gap] = [Math.cos(place), Math.sin(place), 1];
      const step = short / (one.held || other.held ? 1 : 2) / gap;
      [[one, -step], [other, step]].filter(([spot]) => !spot.held).forEach(([spot, by]) => {
        spot.x = Math.min(Math.max(spot.x + by * across, spot.reach), width - spot.reach);
        spot.y = Math.min(Math.max(spot.y + by * down, spot.reach), height - spot.reach);
      });
    }));
    return met;
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

  document.addEventListener("toggle", (event) => {
    if (event.target.open) event.target.querySelectorAll(".plot").forEach((plot) => draw(plot.id));
  }, true);
  document.querySelectorAll("a[data-opens]").forEach((link) => link.addEventListener("click", () => {
    document.querySelector(link.getAttribute("href")).open = true;
  }));
  drawAll();
  document.querySelectorAll("fieldset.legend").forEach(wireLegend);
  document.querySelectorAll("form.selectors").forEach(wireSelectors);
  [narrow, dark].forEach((query) => query.addEventListener("change", drawAll));
  window.addEventListener("beforeprint", () => forPrint(true));
  window.addEventListener("afterprint", () => forPrint(false));
  root.dataset.drawn = "yes";
})();
