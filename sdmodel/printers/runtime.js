// What every printed model carries with it: operations where JavaScript differs from IEEE 754, tables, random draws,
// the clock, and the loop over time. `v` holds the values of all variables, one place each; the printed functions read
// and write it. No names of a model appear here, and nothing is evaluated from text.

// a to the power b; JavaScript alone has no value for 1 and -1 to an infinite power, and for 1 to what is no number.
function power(a, b) {
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return Math.pow(a, b);
}

// The smaller and the larger of two; not a number if either is not, the first of two zeros.
function minimum(a, b) {
  return a < b ? a : a !== a ? a : b;
}
function maximum(a, b) {
  return a > b ? a : a !== a ? a : b;
}

// The place of the last point whose x is not above `at`, by halving; that of the first where there is none.
function notAbove(x, at) {
  let low = 0, high = x.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle; else high = middle;
  }
  return low;
}

// A table read at `at`: linear between points, and beyond the ends as between the nearest two.
function extrapolate(table, at) {
  const x = table.x, y = table.y;
  if (at !== at) return NaN;
  if (x.length === 1) return y[0];
  const place = Math.min(notAbove(x, at), x.length - 2);
  return y[place] + (at - x[place]) * ((y[place + 1] - y[place]) / (x[place + 1] - x[place]));
}

// The same with the last value held beyond the ends.
function hold(table, at) {
  const x = table.x, y = table.y, last = x.length - 1;
  return at <= x[0] ? y[0] : at >= x[last] ? y[last] : extrapolate(table, at);
}

// The place of the first point whose x is not below `at`; that of the last where there is none.
function notBelow(x, at) {
  const place = notAbove(x, at);
  return x[place] >= at ? place : Math.min(place + 1, x.length - 1);
}

// Tables that do not interpolate; within `near` is on a point. The value of the last point that is not above `at`, or
// of the first; of the next that is not below it, or of the last; of the point at it, or none.
function stepsOf(table, at, near) {
  return at !== at ? NaN : table.y[notAbove(table.x, at + near)];
}
function ahead(table, at, near) {
  return at !== at ? NaN : table.y[notBelow(table.x, at - near)];
}
function raw(table, at, near) {
  const place = notBelow(table.x, at - near);
  return Math.abs(at - table.x[place]) <= near ? table.y[place] : NaN;
}

// A random number in (0, 1) by Threefry-2x32 with 20 rounds (Salmon et al. 2011, SC'11).
const TURNS = [13, 15, 26, 6, 17, 29, 16, 24];
function draw(seed, experiment, stream, step) {
  const first = seed >>> 0, second = experiment >>> 0, third = (0x1bd11bda ^ first ^ second) >>> 0;
  const keys = [first, second, third];
  let a = ((stream ^ Math.floor(seed / 4294967296)) + first) >>> 0, b = (step + second) >>> 0;
  for (let mixing = 0; mixing < 20; mixing++) {
    const turn = TURNS[mixing % 8];
    a = (a + b) >>> 0;
    b = (((b << turn) | (b >>> (32 - turn))) ^ a) >>> 0;
    if (mixing % 4 === 3) {
      const group = (mixing + 1) / 4;
      a = (a + keys[group % 3]) >>> 0;
      b = (b + keys[(group + 1) % 3] + group) >>> 0;
    }
  }
  return Math.min(((a >>> 5) * 67108864 + (b >>> 6) + 0.5) / 9007199254740992, 1 - 2 ** -53);
}

// The length of a fixed delay in steps, from its time by the time step: rounded, at least 1.
function wholeSteps(ratio) {
  return ratio > 1 ? Math.floor(Math.min(ratio, 1099511627776) + 0.500001) : 1;
}

// The number of time steps, and those at which values are saved: counted, so that rounding moves none of them.
function clock(start, stop, timeStep, saveEvery) {
  const settings = [start, stop, timeStep, saveEvery];
  const sound = settings.every(Number.isFinite) && stop >= start && timeStep > 0 && saveEvery > 0;
  if (!sound || Math.max((stop - start) / timeStep, (stop - start) / saveEvery) > 1e8) {
    throw new RangeError("start, stop, time step and time between saved values make no sense: " + settings.join(", "));
  }
  const steps = Math.ceil((stop - start) / timeStep - 1e-6);
  const last = Math.floor((stop - start) / saveEvery + 1e-6);
  const saves = [];
  for (let place = 0; place <= last; place++) {
    const step = Math.ceil((place * saveEvery) / timeStep - 1e-6);
    if (step <= steps && step !== saves[saves.length - 1]) saves.push(step);
  }
  return { steps, saves };
}

// Whether a value is due at `step`: at the first that is not before a multiple of `saveEvery`.
function isSaved(step, timeStep, saveEvery) {
  const place = Math.floor(((step + 1e-6) * timeStep) / saveEvery);
  return [place, place + 1].some((near) => Math.ceil((near * saveEvery) / timeStep - 1e-6) === step);
}

// Whether a run goes on after `step`, though its end at `stop` may change: while it is before that.
function goesOn(step, time, stop, timeStep) {
  const ahead = time + 1e-6 * timeStep < stop;
  if (ahead && step >= 1e7) throw new RangeError("FINAL TIME is still ahead after " + step + " steps: no end");
  return ahead;
}

// The printed parts of a model -> what a page or another program uses:
//   inputs, saved      values of inputs by name (null: computed unless it is set); names of what has a course in time
//   simulate(inputs, { seed, experiment, save })
//                      { times, values }: values has a Float64Array by name; inputs is an object or a Map by name
// It throws RangeError where an input is unknown or not finite, a name cannot be saved, or a seed is not whole.
function assembled(parts) {
  const { v, given, held, flows, stages } = parts;  // a stage: where in a step net flows are computed, their weight
  const stocks = flows.length, timePlace = parts.time;
  const before = new Float64Array(stocks), total = new Float64Array(stocks);
  const inputPlace = new Map(parts.inputs.map(([name, place]) => [name, place]));
  const savedPlace = new Map(parts.saved);
  const inputs = Object.create(null);
  for (const [name, , value] of parts.inputs) inputs[name] = value;

  const all = (functions) => {
    for (let place = 0; place < functions.length; place++) functions[place]();
  };
  const whole = (value, what) => {
    if (!Number.isSafeInteger(value)) throw new RangeError(what + " is not a whole number: " + value);
    return value;
  };

  function set(wanted) {
    given.fill(NaN);
    for (const [name, place, value] of parts.inputs) if (value !== null) v[place] = value;
    for (const [name, value] of wanted instanceof Map ? wanted : Object.entries(wanted)) {
      const place = inputPlace.get(name);
      if (place === undefined) throw new RangeError("the model has no input " + JSON.stringify(name));
      if (!Number.isFinite(value)) throw new RangeError(JSON.stringify(name) + " is not a finite number: " + value);
      v[place] = given[place] = value;
    }
  }

  function drawn(seed, experiment, step) {
    for (const [place, stream] of parts.draws) v[place] = draw(seed, experiment, stream, step);
  }

  // Moves stocks over one step; the equations at its head are computed already.
  function advance(step, start, timeStep) {
    before.set(v.subarray(0, stocks));
    total.fill(0);
    for (let stage = 0; stage < stages.length; stage++) {
      if (stage > 0) {
        const onward = stages[stage][0] * timeStep;
        for (let place = 0; place < stocks; place++) v[place] = before[place] + onward * flows[place];
        v[timePlace] = start + (step + stages[stage][0]) * timeStep;
        all(parts.step);
      }
      all(parts.flow);
      const weight = stages[stage][1];
      for (let place = 0; place < stocks; place++) total[place] += weight * flows[place];
    }
    for (let place = 0; place < stocks; place++) v[place] = before[place] + timeStep * total[place];
  }

  function simulate(wanted, options) {
    const { seed = 0, experiment = 0, save = null } = options || {};
    whole(seed, "seed");
    whole(experiment, "experiment");
    const names = save === null ? [...savedPlace.keys()] : [...save];
    const places = names.map((name) => {
      if (!savedPlace.has(name)) throw new RangeError("cannot save " + JSON.stringify(name));
      return savedPlace.get(name);
    });
    set(wanted || {});
    all(parts.clock);
    const [start, stop, timeStep, saveEvery] = parts.controls.map((place) => v[place]);
    const moving = parts.moving;  // the run itself finds its end
    const { steps, saves } = clock(start, moving ? start : stop, timeStep, saveEvery);
    const lasts = (step) => moving ? goesOn(step, v[timePlace], v[parts.controls[1]], timeStep) : step < steps;
    v[timePlace] = start;
    drawn(seed, experiment, 0);
    all(parts.start);
    const delays = parts.delays.map(([place, length]) => ({
      place, length: wholeSteps(v[length] / timeStep), before: v[place], entered: moving ? [] : new Float64Array(steps + 1),
    }));
    const columns = places.map(() => moving ? [] : new Float64Array(saves.length));
    const times = moving ? [] : new Float64Array(saves.length);
    for (let step = 0, row = 0, ongoing = true; ongoing; step++) {
      if (step > 0) drawn(seed, experiment, step);
      for (const one of delays) v[one.place] = step >= one.length ? one.entered[step - one.length] : one.before;
      v[timePlace] = start + step * timeStep;
      for (const place of parts.heads) v[place] = v[timePlace];
      all(parts.step);
      ongoing = lasts(step);
      if (moving ? isSaved(step, timeStep, saveEvery) : step === saves[row]) {
        times[row] = v[timePlace];
        for (let place = 0; place < places.length; place++) columns[place][row] = v[places[place]];
        row++;
      }
      if (!ongoing) break;
      all(parts.keep);
      for (let place = 0; place < delays.length; place++) delays[place].entered[step] = parts.entering[place];
      advance(step, start, timeStep);
      v.set(held, stocks);
    }
    const values = Object.create(null);
    names.forEach((name, place) => { values[name] = Float64Array.from(columns[place]); });
    return { times: Float64Array.from(times), values };
  }

  return Object.freeze({ inputs: Object.freeze(inputs), saved: Object.freeze([...savedPlace.keys()]), simulate });
}
