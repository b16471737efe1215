/** The map itself: draws what it is told and reports where the reader points. */

import type * as GeoJSON from "geojson";
import { AttributionControl, Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import type { ErrorEvent, MapMouseEvent, PointLike, RequestParameters } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { t } from "../language";
import type { Camera } from "../view";
import { basemap } from "./basemap";
import { fillIds, HOVER, onCell, type Overlay, SELECTION } from "./compose";
import { Detail } from "./detail";
import { AreaOutline } from "./area";
import { HexagonLayers } from "./hexagons";
import { PictureLayers, type Underlay } from "./pictures";
import { PaintTimes } from "./paint";
import { onPaletteChange, palette } from "./palette";

export type Bounds = [number, number, number, number];

export interface Events {
  /** A place was clicked; true where that was meant for something else than a hexagon. */
  clicked?(place: [number, number]): boolean;
  picked(cell: string | undefined): void;
  moved(camera: Camera): void;
  busy(loading: boolean): void;
  failed(error: { message: string; status?: number }): void;
  /** The hexagons asked for are drawn; `any` says whether there was one in sight. */
  drawn(any: boolean): void;
}

const [EDGE, LEGEND, WIDE, TALL] = [32, 272, 900, 700];
const NARROW = 760; // as in style/narrow.css: the legend stands below the map
/** Below it a few small hexagons would fill the map, and nobody would know where they lie. */
const CLOSEST = 10;
const BORDER_NOTE = "Borders imply no opinion on any territory";

export class Chart {
  #map: MapLibre;
  #overlay: Overlay | null = null;
  #cell: string | undefined;
  #hexagons: HexagonLayers;
  #pictures: PictureLayers;
  #area: AreaOutline;
  #detail: Detail;
  #paint = new PaintTimes();
  #ready: Promise<void>;
  #unreported = false;

  constructor(container: HTMLElement, camera: Camera | undefined, private readonly events: Events) {
    // From our own host, so that the page needs no blob: in its content policy.
    setWorkerUrl(new URL(workerUrl, location.href).href);
    this.#map = new MapLibre({
      container,
      style: basemap(palette()),
      center: camera ? [camera.lon, camera.lat] : [20, 5],
      zoom: camera?.zoom ?? 2,
      minZoom: 1,
      maxZoom: 14,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      transformRequest: (url) => this.#request(url),
      locale: {
        "Map.Title": t("Map of hexagons. Arrow keys move it, plus and minus zoom, Enter selects the middle."),
        "NavigationControl.ZoomIn": t("Zoom in"),
        "NavigationControl.ZoomOut": t("Zoom out"),
      },
    });
    this.#hexagons = new HexagonLayers(this.#map);
    this.#pictures = new PictureLayers(this.#map);
    this.#area = new AreaOutline(this.#map);
    this.#detail = new Detail(this.#map);
    this.#ready = this.#styleLoaded();
    this.#map.touchZoomRotate.disableRotation();
    this.#addControls();
    this.#listen();
  }

  /** Draw these hexagons in place of the ones before. */
  show(overlay: Overlay | null): void {
    this.#overlay = overlay;
    this.#unreported = overlay !== null;
    void this.#ready.then(() => this.#draw());
  }

  select(cell: string | undefined): void {
    this.#cell = cell;
    for (const id of SELECTION) if (this.#map.getLayer(id)) this.#map.setFilter(id, onCell(cell));
  }

  fit([west, south, east, north]: Bounds, animate: boolean): void {
    this.#map.resize(); // another map may just have come beside it, or gone
    const bounds: Bounds = [west, south, east < west ? east + 360 : east, north];
    this.#map.fitBounds(bounds, { padding: room(this.#map.getContainer()), maxZoom: CLOSEST, duration: animate ? 600 : 0 });
  }

  jump({ zoom, lat, lon }: Camera): void {
    this.#map.jumpTo({ zoom, center: [lon, lat] });
  }

  /** Move both maps as one; the answer ends that. */
  together(other: Chart): () => void {
    const follow = (leader: MapLibre, follower: MapLibre) => () => {
      if (leader.getZoom() === follower.getZoom() && leader.getCenter().distanceTo(follower.getCenter()) < 1) return;
      follower.jumpTo({ center: leader.getCenter(), zoom: leader.getZoom() });
    };
    const [there, back] = [follow(this.#map, other.#map), follow(other.#map, this.#map)];
    this.#map.on("move", there);
    other.#map.on("move", back);
    return () => this.#map.off("move", there);
  }

  remove(): void {
    this.#map.remove();
  }

  /** Picture tiles below the hexagons: by id, where they are and how opaque. */
  showPictures(pictures: Underlay[]): void {
    void this.#ready.then(() => this.#pictures.replace(pictures));
  }

  /** The outline of an area, or none. */
  outline(area: GeoJSON.Geometry | null): void {
    void this.#ready.then(() => this.#area.show(area));
  }

  /** What is drawn, as a picture: taken while the frame is still in the graphics memory. */
  snapshot(): Promise<HTMLCanvasElement> {
    return new Promise((done) => {
      this.#map.once("render", () => {
        const from = this.#map.getCanvas();
        const copy = document.createElement("canvas");
        Object.assign(copy, { width: from.width, height: from.height });
        copy.getContext("2d")?.drawImage(from, 0, 0);
        done(copy);
      });
      this.#map.triggerRepaint();
    });
  }

  /** Resolves when everything asked for so far is drawn. */
  idle(): Promise<void> {
    return new Promise((done) => void this.#map.once("idle", () => done()));
  }

  focus(): void {
    this.#map.getCanvas().focus();
  }

  get camera(): Camera {
    const { lat, lng } = this.#map.getCenter();
    return { zoom: this.#map.getZoom(), lat, lon: lng };
  }

  #addControls(): void {
    this.#map.addControl(new NavigationControl({ showCompass: false }), "top-left");
    this.#map.addControl(new AttributionControl({ compact: false, customAttribution: t(BORDER_NOTE) }), "bottom-right");
    this.#map.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-right");
  }

  #listen(): void {
    const map = this.#map;
    map.on("click", (event: MapMouseEvent) => this.#clicked(event));
    map.on("mousemove", (event: MapMouseEvent) => this.#hover(this.#cellAt(event.point)));
    map.on("mouseout", () => this.#hover(undefined));
    map.on("moveend", () => this.events.moved(this.camera));
    map.on("zoomend", () => this.#detail.refine());
    for (const change of ["dataloading", "sourcedata", "render"] as const) {
      map.on(change, () => this.events.busy(!map.areTilesLoaded()));
    }
    map.on("idle", () => this.#idle());
    map.on("error", ({ error }: ErrorEvent) => this.events.failed(error));
    map.getCanvas().addEventListener("keydown", ({ key }) => {
      if (key === "Enter") this.events.picked(this.#cellAt(map.project(map.getCenter())));
    });
    onPaletteChange(() => this.#repaint());
    this.#paint.watch(map);
  }

  #request(url: string): RequestParameters {
    this.#paint.asking(url);
    return { url, cache: url.includes("/tiles/") ? "no-cache" : "default" };
  }

  #clicked({ point, lngLat }: MapMouseEvent): void {
    if (this.events.clicked?.([lngLat.lng, lngLat.lat])) return;
    this.events.picked(this.#cellAt(point));
  }

  #draw(): void {
    this.#hexagons.replace(this.#overlay, palette(), this.#cell);
    this.#detail.refine();
    this.#map.triggerRepaint(); // what changed nothing must come to rest too, or it would be waited for
  }

  /** Night or day fell: everything is drawn anew. */
  #repaint(): void {
    this.#map.setStyle(basemap(palette()), { diff: false });
    this.#hexagons.forget();
    this.#detail.forget();
    this.#ready = this.#styleLoaded();
    void this.#ready.then(() => {
      this.#pictures.again();
      this.#area.again();
      this.#draw();
    });
  }

  #styleLoaded(): Promise<void> {
    return new Promise((done) => this.#map.once("style.load", () => done()));
  }

  #idle(): void {
    this.events.busy(false);
    if (!this.#unreported || !this.#overlay) return;
    this.#unreported = false;
    performance.mark("hexwatch-drawn"); // for measurements, and for who looks into a slow map
    this.events.drawn(this.#map.queryRenderedFeatures({ layers: this.#drawnFills() }).length > 0);
  }

  #cellAt(point: PointLike): string | undefined {
    const [feature] = this.#map.queryRenderedFeatures(point, { layers: this.#drawnFills() });
    return feature?.properties.h3 as string | undefined;
  }

  #drawnFills(): string[] {
    return this.#overlay ? fillIds(this.#overlay).filter((id) => this.#map.getLayer(id)) : [];
  }

  #hover(cell: string | undefined): void {
    this.#map.getCanvas().style.cursor = cell ? "pointer" : "";
    if (this.#map.getLayer(HOVER)) this.#map.setFilter(HOVER, onCell(cell));
  }
}

/** What is shown whole keeps off the edges, and off the legend in the corner where that leaves room. Pixels. */
function room({ clientWidth, clientHeight }: HTMLElement): { top: number; right: number; bottom: number; left: number } {
  const around = { top: EDGE, right: EDGE, bottom: EDGE, left: EDGE };
  if (innerWidth <= NARROW) return around;
  if (clientWidth >= WIDE) return { ...around, left: LEGEND };
  return clientHeight >= TALL ? { ...around, bottom: LEGEND } : around;
}
