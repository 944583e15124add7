// Live updates and charts of the overview. Without this script the page shows the same numbers as text and tables.

/* global uPlot */

const overview = document.getElementById('overview');
const RETRY_MS = 30_000;
const FOCUSABLE = 'a[href], summary, [tabindex]';
const RELOADED = 'overview-reloaded-at';
const NUMBERS = {
  number: new Intl.NumberFormat('en-IN', { maximumFractionDigits: 0 }),
  paise: new Intl.NumberFormat('en-IN', { notation: 'compact', maximumFractionDigits: 1 }),
  percent: new Intl.NumberFormat('en-IN', { maximumFractionDigits: 1 }),
};

/** What an element with the focus is, also after its part was replaced: numbers by their title, other links by their target. */
const nameOf = (element) =>
  element.querySelector('.what')?.textContent ?? element.getAttribute('href') ?? element.tagName;

/** Replaces a part of the page; keeps the focus and the places of scrolled tables. */
function replace(element, markup) {
  const name = nameOf(document.activeElement ?? document.body);
  const alike = () => [...element.querySelectorAll(FOCUSABLE)].filter((each) => nameOf(each) === name);
  const place = alike().indexOf(document.activeElement);
  const left = [...element.querySelectorAll('.scroll')].map(({ scrollLeft }) => scrollLeft);
  element.innerHTML = markup;
  if (place >= 0) alike()[place]?.focus({ preventScroll: true });
  element.querySelectorAll('.scroll').forEach((table, index) => {
    table.scrollLeft = left[index] ?? 0;
  });
}

/** Loads the page again, at most once per half minute: it may still miss the part. */
function reload() {
  if (Date.now() - Number(sessionStorage.getItem(RELOADED)) < RETRY_MS) return;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
}

/** A part of the page may appear for the first time, for example the charts after an outage: then the page is loaded again. */
function show(fragments) {
  for (const [id, markup] of Object.entries(fragments)) {
    const element = document.getElementById(id);
    if (element) replace(element, markup);
    else reload();
  }
  for (const chart of charts) chart.update();
}

function say(text) {
  const element = document.getElementById('overview-live');
  if (element.textContent !== text) element.textContent = text;
}

let source;
let retry;

/** Opens the stream. A page in the background needs no stream: browsers allow few connections to one server. */
function connect() {
  clearTimeout(retry);
  if (source || document.hidden) return;
  source = new EventSource(overview.dataset.events);
  source.addEventListener('fragments', ({ data }) => {
    show(JSON.parse(data));
    say('Updated every few seconds.');
  });
  source.addEventListener('error', () => {
    say('No live updates at the moment. Refresh the page to see the newest numbers.');
    if (source?.readyState !== EventSource.CLOSED) return;
    disconnect();
    retry = setTimeout(connect, RETRY_MS);
  });
}

function disconnect() {
  source?.close();
  source = undefined;
}

/** The rows of a table: a label and one number or null per series. */
function readTable(table) {
  const [first, ...heads] = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const rows = [...table.tBodies[0].rows];
  const labels = rows.map((row) => row.cells[0].textContent);
  const series = heads.map((_, index) =>
    rows.map((row) => {
      const { value } = row.cells[index + 1].dataset;
      return value === '' ? null : Number(value);
    }),
  );
  return { first, heads, labels, series };
}

/** Draws the chart of a figure from its table. */
function openChart(figure) {
  const container = figure.querySelector('.plot');
  const { unit } = figure.dataset;
  const read = () => readTable(figure.querySelector('details table'));
  const scale = (value) => (unit === 'paise' ? value / 100 : value);
  const dataOf = ({ labels, series }) => [
    labels.map((_, index) => index),
    ...series.map((values) => values.map((value) => (value === null ? null : scale(value)))),
  ];
  const text = (value) => (value === null || value === undefined ? '–' : NUMBERS[unit].format(value));
  let plot;
  let found;

  function draw() {
    plot?.destroy();
    found = read();
    const colours = getComputedStyle(document.documentElement);
    const colour = (name) => colours.getPropertyValue(name).trim();
    const axis = { stroke: colour('--faint'), grid: { stroke: colour('--soft'), width: 1 }, ticks: { show: false } };
    const lines = [
      { stroke: colour('--accent'), width: 2 },
      { stroke: colour('--faint'), width: 1.5, dash: [5, 4] },
    ];
    const options = {
      width: Math.max(container.clientWidth, 200),
      height: 190,
      scales: { x: { time: false }, y: { range: (_, _min, most) => [0, most > 0 ? most * 1.1 : 1] } },
      axes: [
        {
          ...axis,
          incrs: [1, 2, 3, 4, 6, 12],
          values: (_, places) => places.map((place) => found.labels[place] ?? ''),
        },
        { ...axis, size: 56, values: (_, values) => values.map(text) },
      ],
      series: [
        { label: found.first, value: (_, place) => found.labels[place] ?? '–' },
        ...found.heads.map((label, index) => ({ ...lines[index], label, value: (_, value) => text(value) })),
      ],
      cursor: { drag: { x: false, y: false } },
    };
    plot = new uPlot(options, dataOf(found), container);
  }

  /** The legend names the days: at midnight the chart is drawn again. */
  function update() {
    const { heads } = found;
    found = read();
    if (String(found.heads) === String(heads)) plot.setData(dataOf(found));
    else draw();
  }

  draw();
  new ResizeObserver(() => {
    const width = Math.max(container.clientWidth, 200);
    if (plot && width !== plot.width) plot.setSize({ width, height: 190 });
  }).observe(container);
  return { draw, update };
}

const charts = [...document.querySelectorAll('figure.chart')].map(openChart);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const chart of charts) chart.draw();
});
document.addEventListener('visibilitychange', () => (document.hidden ? disconnect() : connect()));
connect();
