// What of the report moves: plots over time, and the second that is drawn. Everything else is there without it.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const style = getComputedStyle(document.documentElement);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const value = (name) => style.getPropertyValue(name).trim();

  // --- plots
  const HEIGHT = 230;
  let drawn = [];

  function plotWidth(box) {
    return Math.max(280, Math.floor(box.clientWidth));
  }

  function drawPlots() {
    drawn.forEach((plot) => plot.destroy());
    drawn = [...document.querySelectorAll("[data-plot]")].map((box) => {
      const of = data.plots[Number(box.dataset.plot)];
      const axis = { stroke: value("--soft"), grid: { stroke: value("--rule"), width: 1 }, ticks: { stroke: value("--rule"), width: 1 }, font: "12px system-ui, sans-serif" };
      const points = { show: false };
      const lines = of.lines.map((line) => ({
        label: line.name,
        stroke: value("--c" + line.colour),
        width: 1.5,
        dash: line.dashed ? [5, 4] : undefined,
        points,
        spanGaps: false,
        value: (_, y) => (y == null ? "-" : y.toFixed(2) + " " + of.unit),
      }));
      const options = {
        width: plotWidth(box),
        height: HEIGHT,
        scales: { x: { time: false } },
        axes: [{ ...axis, values: (_, xs) => xs.map((x) => x + " s") }, { ...axis, size: 64, values: (_, ys) => ys.map((y) => y + " " + of.unit) }],
        series: [{ label: "time", value: (_, x) => (x == null ? "-" : x.toFixed(1) + " s") }, ...lines],
        cursor: { drag: { x: true, y: false } },
      };
      return new uPlot(options, [of.x, ...of.lines.map((line) => line.y)], box);
    });
  }

  let pending = 0;
  function fitPlots() {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() =>
      drawn.forEach((plot) => plot.setSize({ width: plotWidth(plot.root.parentNode), height: HEIGHT })));
  }

  drawPlots();
  addEventListener("resize", fitPlots);
  addEventListener("beforeprint", fitPlots);
  dark.addEventListener("change", drawPlots);

  // --- one second, as src/report/sections/spacetime.rs draws it
  const of = data.space_time;
  if (of === null) return;
  const [LEFT, RIGHT, TOP, MIDDLE, BOTTOM, HEIGHT_ST] = [120, 940, 30, 155, 280, 330];
  const UNITS_PER_SECOND = 100000;
  const x = (at) => LEFT + ((RIGHT - LEFT) * at) / UNITS_PER_SECOND;
  const box = document.getElementById("st-drawing");
  const [above, below, slider, at] = ["st-a", "st-b", "st-second", "st-at"].map((id) => document.getElementById(id));

  function element(parent, name, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, to] of Object.entries(attributes)) made.setAttribute(key, to);
    if (text !== undefined) made.textContent = text;
    parent.appendChild(made);
    return made;
  }

  function drawLane(svg, client, lane, y) {
    const [name, colour] = of.clients[client];
    element(svg, "line", { class: "lane", x1: LEFT, x2: RIGHT, y1: y, y2: y });
    element(svg, "text", { x: LEFT - 12, y: y + 4, "text-anchor": "end" }, name.length > 14 ? [...name].slice(0, 13).join("") + "…" : name);
    const arrow = ([left, took], from, to, kind) => {
      const lost = took < 0;
      const x2 = lost ? x(left) + 10 : x(left + took);
      if (x2 > RIGHT + 1) return;
      const line = element(svg, "line", { class: kind + " s" + colour + (lost ? " lost" : ""), x1: x(left), y1: from, x2, y2: lost ? from + (to - from) * 0.4 : to });
      element(line, "title", {}, lost ? "never came" : (took / 100).toFixed(2) + " ms");
    };
    lane.up.forEach((one) => arrow(one, y, MIDDLE, "up"));
    lane.down.forEach((one) => arrow(one, MIDDLE, y, "down"));
    const outside = y < MIDDLE ? -9 : 9;
    lane.frames.forEach((at) => element(svg, "line", { class: "frame", x1: x(at), x2: x(at), y1: y, y2: y + outside }));
    lane.corrections.forEach((at) => element(svg, "path", { class: "correction", d: `M${x(at)} ${y - 6}l5 6l-5 6l-5-6z` }));
  }

  function drawSecond() {
    const second = of.seconds[Number(slider.value)];
    at.textContent = second.at_s + " s";
    box.textContent = "";
    const svg = element(box, "svg", { viewBox: `0 0 960 ${HEIGHT_ST}`, role: "img", class: "space-time" });
    for (let tenth = 0; tenth <= 10; tenth++) {
      const to = x((tenth * UNITS_PER_SECOND) / 10);
      element(svg, "line", { class: "grid", x1: to, x2: to, y1: 14, y2: HEIGHT_ST - 24 });
      element(svg, "text", { class: "axis", x: to, y: HEIGHT_ST - 8, "text-anchor": tenth === 10 ? "end" : "middle" }, tenth * 100 + " ms");
    }
    const shown = of.clients.length > 1 ? [[above, TOP], [below, BOTTOM]] : [[above, TOP]];
    shown.forEach(([choice, y]) => drawLane(svg, Number(choice.value), second.clients[Number(choice.value)], y));
    element(svg, "line", { class: "lane", x1: LEFT, x2: RIGHT, y1: MIDDLE, y2: MIDDLE });
    element(svg, "text", { x: LEFT - 12, y: MIDDLE + 4, "text-anchor": "end" }, "server");
    second.ticks.forEach(([began, busy]) =>
      element(svg, "rect", { class: "tick", x: x(began), y: MIDDLE - 5, width: Math.max(2, x(began + busy) - x(began)), height: 10 }));
    second.shots.forEach((at) => element(svg, "path", { class: "shot", d: `M${x(at)} ${MIDDLE - 17}l5 10h-10z` }));
  }

  above.value = of.shown[0];
  if (of.clients.length > 1) below.value = of.shown[1];
  else below.parentNode.hidden = true;
  [above, below].forEach((choice) => choice.addEventListener("change", drawSecond));
  slider.addEventListener("input", drawSecond);
  document.querySelector(".controls").hidden = false;
  drawSecond();
})();
