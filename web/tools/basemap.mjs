// Natural Earth (public domain) from the world-atlas package, made into the GeoJSON files the base map draws.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import polylabel from "polylabel";
import { feature, merge, mesh } from "topojson-client";
import { presimplify, simplify } from "topojson-simplify";

const OUT = new URL("../generated/", import.meta.url);
const ANTARCTICA = "010";

/** Each scale: the smallest triangle kept (square degrees) and decimals of a coordinate. */
const SCALES = {
  "50m": { smallest: 1e-4, decimals: 2 },
  "10m": { smallest: 2e-5, decimals: 3 },
};

async function topology(scale, smallest) {
  const path = createRequire(import.meta.url).resolve(`world-atlas/countries-${scale}.json`);
  const atlas = simplify(presimplify(JSON.parse(await readFile(path, "utf8"))), smallest);
  // Its closing edge along the pole would be drawn as a coast.
  const countries = atlas.objects.countries.geometries.filter((country) => country.id !== ANTARCTICA);
  return { atlas, countries: { type: "GeometryCollection", geometries: countries } };
}

const WHOLE_NAMES = {
  "Bosnia and Herz.": "Bosnia and Herzegovina",
  "Central African Rep.": "Central African Republic",
  "Dem. Rep. Congo": "Democratic Republic of the Congo",
  "Dominican Rep.": "Dominican Republic",
  "Eq. Guinea": "Equatorial Guinea",
  Macedonia: "North Macedonia",
  "S. Sudan": "South Sudan",
  "W. Sahara": "Western Sahara",
};

function rounded(coordinates, decimals) {
  if (typeof coordinates[0][0] !== "number") return coordinates.map((inner) => rounded(inner, decimals));
  return unwrapped(coordinates).map((point) => point.map((value) => Number(value.toFixed(decimals))));
}

/** The package joins lines over the antimeridian; they run on past 180 degrees here, or they would cross the whole map. */
function unwrapped(line) {
  let turn = 0;
  return line.map(([lon, lat], at) => {
    if (at > 0 && Math.abs(lon - line[at - 1][0]) > 180) turn += lon < line[at - 1][0] ? 360 : -360;
    return [lon + turn, lat];
  });
}

function place(geometry, decimals, properties = {}) {
  return { type: "Feature", properties, geometry: { ...geometry, coordinates: rounded(geometry.coordinates, decimals) } };
}

/** A border is `settled` where both sides are countries of ISO 3166; the others are drawn broken. */
function borders(atlas, countries, decimals) {
  const settled = (a, b) => Boolean(a.id && b.id);
  return [true, false].map((wanted) =>
    place(mesh(atlas, countries, (a, b) => a !== b && settled(a, b) === wanted), decimals, { settled: wanted }));
}

function ringSize(ring) {
  return Math.abs(ring.reduce((sum, [x, y], i) => sum + x * (ring[i + 1] ?? ring[0])[1] - (ring[i + 1] ?? ring[0])[0] * y, 0));
}

const french = new Intl.DisplayNames("fr", { type: "region" });

/** By the number of ISO 3166, as Unicode's locale data have it. */
function inFrench(id) {
  const region = Intl.getCanonicalLocales(`und-${id}`)[0].slice(4);
  return french.of(region);
}

/** A country's name stands in the middle of its largest part. */
function label(country) {
  const { type, coordinates } = country.geometry;
  const parts = type === "Polygon" ? [coordinates] : coordinates;
  const largest = parts.map((part) => part.map(unwrapped)).reduce((best, part) => (ringSize(part[0]) > ringSize(best[0]) ? part : best));
  const [lon, lat] = polylabel(largest, 0.05);
  const name = WHOLE_NAMES[country.properties.name] ?? country.properties.name;
  const properties = { name, name_fr: inFrench(country.id), size: Math.round(ringSize(largest[0])) };
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: [Number(lon.toFixed(2)), Number(lat.toFixed(2))] } };
}

async function write(name, features) {
  await writeFile(new URL(`${name}.geojson`, OUT), JSON.stringify({ type: "FeatureCollection", features }));
}

await mkdir(OUT, { recursive: true });
for (const [scale, { smallest, decimals }] of Object.entries(SCALES)) {
  const { atlas, countries } = await topology(scale, smallest);
  await write(`land-${scale}`, [place(merge(atlas, countries.geometries), decimals)]);
  await write(`borders-${scale}`, borders(atlas, countries, decimals));
  if (scale === "50m") {
    const named = feature(atlas, countries).features.filter((country) => country.id);
    await write("names", named.map(label));
  }
}
