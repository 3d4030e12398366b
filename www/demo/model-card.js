// The model: which one, how large, how far its download is, what it runs on, and what of it is kept.

import { agree, disagree, hasAgreed } from "../shared/agreed.js";
import { byId, label, messageOf, option } from "../shared/dom.js";
import { isArchive } from "../shared/files.js";
import { megabytes, t } from "../shared/i18n.js";
import { refresh, serviceWorkers } from "../shared/offline.js";
import { CacheLine } from "./cache-line.js";
import { addressOf, isBundleName, isListed, readCatalog, sizedTitleOf } from "./catalog.js";
import { askWhetherKept, keptKey } from "./kept.js";
import { showFacts } from "./model-facts.js";
import { ownAddress } from "./own-address.js";
import { Status } from "./status.js";

const DEFAULT_BUNDLE = "all-MiniLM-L6-v2";
/** The value of the encoder that was opened from disk or an address. */
const OWN = "own:";

/**
 * @typedef {import("../pkg/nerite.js").Recognizer} Recognizer
 * @typedef {{ name: string, from: string | File | File[], value: string }} Source
 *   where a model is: an address or files, and its place in the list
 */

export class ModelCard {
  #encoder = byId("encoder");
  #status = new Status();
  #listener;
  /** @type {typeof import("../pkg/nerite.js") | null} */
  #package = null;
  /** @type {Recognizer | null} */
  #recognizer = null;
  /** Stops what is under way for a model that is no longer wanted. */
  #loading = new AbortController();
  /**
   * Where the wanted model is.
   * @type {Source | null}
   */
  #source = null;
  /**
   * Where the model in use, or the latest that was, is.
   * @type {Source | null}
   */
  #loaded = null;
  #offline = false;
  /** Whether the failure on show is one of a prediction: the next one that succeeds ends it. */
  #ofPrediction = false;
  #cache = new CacheLine(
    () => this.#package,
    () => this.worksOffline(false),
  );
  /**
   * The model that was opened from disk or an address, for coming back to it.
   * @type {Source | null}
   */
  #own = null;
  /** Says what is wrong with an address, again: in another language. */
  #note = () => "";

  /** @param {{ onLoaded(recognizer: Recognizer, bundle: string | null): void, onGone(): void, onRetry(): void }} listener */
  constructor(listener) {
    this.#listener = listener;
    this.#encoder.addEventListener("change", () => this.#chooseListed(this.#encoder.value));
    byId("own-folder").addEventListener("click", () => byId("folder").click());
    byId("folder").addEventListener("change", () => {
      const files = Array.from(byId("folder").files ?? []);
      byId("folder").value = "";
      if (files.length > 0) this.openFolder(files);
    });
    byId("own-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#openAddress(byId("own-address").value.trim());
    });
  }

  /** Starts with the bundle that the page's address names, or the default one. */
  async start() {
    const name = new URLSearchParams(location.search).get("bundle") ?? DEFAULT_BUNDLE;
    if (!isBundleName(name)) {
      this.#fail(() => ({
        message: t("failed-name", { name: label(name, 200) }),
        advice: t("failed-name-advice"),
        action: t("use-default", { name: DEFAULT_BUNDLE }),
        run: () => location.assign(location.pathname),
      }));
      return;
    }
    await Promise.all([askWhetherKept(), this.#fillEncoders(name)]);
    await this.#choose({ name, from: addressOf(name), value: name });
  }

  /**
   * Takes another of the site's bundles.
   * @param {string} name
   */
  useListed(name) {
    this.#chooseListed(name);
  }

  /**
   * Opens the files of a bundle's folder, or its zip file.
   * @param {File[]} files
   */
  openFolder(files) {
    const name = label((files[0].webkitRelativePath || files[0].name).split("/")[0]);
    if (isArchive(files[0])) {
      this.#choose({ name, from: files[0], value: OWN });
      return;
    }
    if (!files.some((file) => /^[^/]*\/manifest\.json$/.test(file.webkitRelativePath))) {
      this.#fail(() => ({ message: t("own-no-manifest", { name }) }));
      return;
    }
    this.#choose({ name, from: files, value: OWN });
  }

  /**
   * Says what went wrong with a prediction.
   * @param {unknown} error
   */
  failPrediction(error) {
    this.#failFor(error, () => this.#listener.onRetry());
    this.#ofPrediction = true;
  }

  /** Says that all is well, where it said otherwise. */
  recovered() {
    if (this.#ofPrediction && this.#recognizer) this.#ready();
  }

  /** Shows what the recognizer runs on now. */
  showFacts() {
    showFacts(this.#recognizer);
  }

  /** @param {boolean} offline */
  worksOffline(offline) {
    this.#offline = offline;
    this.#showOffline();
  }

  translate() {
    this.#status.translate();
    this.showFacts();
    this.#showOffline();
    this.#cache.show();
    byId("own-note").textContent = this.#note();
  }

  /** @param {string} current */
  async #fillEncoders(current) {
    const listed = [...(await readCatalog())];
    if (!listed.some(({ name }) => name === current)) listed.push({ name: current });
    this.#encoder.replaceChildren(...listed.map((bundle) => option(bundle.name, sizedTitleOf(bundle))));
    this.#encoder.value = current;
    this.#encoder.disabled = false;
  }

  /**
   * Has the list name a model.
   * @param {Source} source
   */
  #list(source) {
    if (source.value === OWN) {
      this.#own = source;
      this.#addOwn(source.name);
    } else {
      this.#encoder.value = source.value;
    }
  }

  /** @param {string} name */
  #addOwn(name) {
    const text = t("encoder-own", { name });
    const own = Array.from(this.#encoder.options).find(({ value }) => value === OWN);
    if (own) own.textContent = text;
    else this.#encoder.append(option(OWN, text));
    this.#encoder.value = OWN;
    this.#encoder.disabled = false;
  }

  /** @param {string} name */
  #chooseListed(name) {
    if (name === OWN) {
      if (this.#own) this.#choose(this.#own);
      return;
    }
    const address = new URL(location.href);
    address.searchParams.set("bundle", name);
    history.replaceState(null, "", address);
    this.#choose({ name, from: addressOf(name), value: name });
  }

  /** @param {string} text */
  #openAddress(text) {
    const found = ownAddress(text);
    this.#note = "refusal" in found ? found.refusal : () => "";
    byId("own-note").textContent = this.#note();
    if ("from" in found) this.#choose({ ...found, value: OWN });
  }

  /**
   * Looks at a model; loads it if that needs no download, or one that was agreed to.
   * @param {Source} source
   */
  async #choose(source) {
    this.#source = source;
    this.#list(source);
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    try {
      this.#show("starting", () => ({ message: t("status-starting") }));
      const { inspect } = await this.#import();
      const info = await inspect(source.from, { signal });
      if (signal.aborted) return;
      const rest = info.bytes - info.cachedBytes;
      if (typeof source.from !== "string" || rest <= 0 || hasAgreed(source.from)) await this.#load(source);
      else this.#ask(source, info, rest);
    } catch (error) {
      if (signal.aborted) return;
      this.#failFor(error, () => this.#retry(source));
      this.#backToLoaded();
    }
  }

  /** The list names the model that is in use, where there is one still. */
  #backToLoaded() {
    if (!this.#recognizer || !this.#loaded) return;
    this.#source = this.#loaded;
    this.#list(this.#loaded);
  }

  /**
   * Makes a sentence on the model that is in use while another one is wanted.
   * @param {Source | null} wanted
   */
  #stillUsing(wanted) {
    const loaded = this.#recognizer && this.#loaded;
    return () => (loaded && loaded !== wanted ? ` ${t("still-using", { name: label(loaded.name) })}` : "");
  }

  /** @param {Source} source */
  async #retry(source) {
    await refresh();
    await this.#choose(source);
  }

  /**
   * @param {Source} source
   * @param {import("../pkg/nerite.js").BundleInfo} info
   * @param {number} rest bytes that are to be downloaded
   */
  #ask(source, info, rest, stopped = false) {
    const stillUsing = this.#stillUsing(source);
    this.#show("asking", () => ({
      message:
        (stopped ? `${t(keptKey("loading-cancelled"))} ` : "") +
        t(info.cachedBytes > 0 ? "status-asking-rest" : keptKey("status-asking"), {
          name: label(source.name),
          size: megabytes(info.bytes),
          rest: megabytes(rest),
        }) +
        stillUsing(),
      action: t("start"),
      run: () => {
        if (typeof source.from === "string") agree(source.from);
        this.#load(source);
      },
    }));
  }

  /** @param {Source} source */
  async #load(source) {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    const previous = this.#recognizer;
    this.#recognizer = null;
    previous?.free();
    this.#listener.onGone();
    byId("cache-note").textContent = "";
    let kind = "status-opening";
    const show = () =>
      this.#show("downloading", () => ({
        message: t(kind, { name: label(source.name) }),
        action: t("cancel"),
        run: () => this.#cancel(source),
      }));
    try {
      show();
      const { load } = await this.#import();
      const recognizer = await load(source.from, {
        signal,
        onProgress: ({ loaded, total, cached }) => {
          if (signal.aborted) return;
          if (!cached && kind === "status-opening" && typeof source.from === "string") {
            kind = "status-downloading";
            show();
          }
          this.#status.progress(loaded, total);
        },
      });
      // Where no service worker keeps what further workers need, they start now: later there are no requests.
      if (!serviceWorkers()?.controller) await recognizer.grow();
      if (signal.aborted) {
        recognizer.free();
        return;
      }
      this.#recognizer = recognizer;
      this.#loaded = source;
      this.#ready();
      this.#listener.onLoaded(recognizer, source.value !== OWN && isListed(source.name) ? source.name : null);
    } catch (error) {
      if (!signal.aborted) this.#failFor(error, () => this.#retry(source));
    }
    this.#cache.show();
  }

  /** @param {Source} source */
  async #cancel(source) {
    this.#loading.abort();
    if (typeof source.from === "string") disagree(source.from);
    try {
      const { inspect } = await this.#import();
      const info = await inspect(source.from);
      if (this.#source === source && !this.#recognizer) this.#ask(source, info, info.bytes - info.cachedBytes, true);
    } catch (error) {
      this.#failFor(error, () => this.#retry(source));
    }
    this.#cache.show();
  }

  async #import() {
    try {
      // Imported here rather than at the top, so that a package that was not built can be named as the cause.
      this.#package ??= await import("../pkg/nerite.js");
    } catch (error) {
      throw Object.assign(new Error(messageOf(error), { cause: error }), { code: "package" });
    }
    return this.#package;
  }

  #ready() {
    this.#show("ready", () => ({ message: t("status-ready") }));
    this.showFacts();
  }

  /**
   * Says a failure in the words of its code.
   * @param {unknown} error
   * @param {() => void} again
   */
  #failFor(error, again) {
    const known = ["package", "network", "integrity", "bundle", "memory", "policy", "crash", "input"];
    const own = error instanceof Error && "code" in error ? String(error.code) : "";
    let code = known.includes(own) ? own : "other";
    // Before there is a recognizer, what fails is its start.
    if (code === "crash" && !this.#recognizer) code = "start";
    if (code === "other") console.error(error);
    const reason = label(messageOf(error), 600);
    const source = this.#source;
    const stillUsing = this.#stillUsing(source);
    this.#fail(() => ({
      message: `${t(`failed-${code}`, { name: label(source?.name ?? "") })}: ${reason.replace(/[^.!?]$/, "$&.")}${stillUsing()}`,
      advice: t(code === "network" ? keptKey("failed-network-advice") : `failed-${code}-advice`),
      // Browsers may remember that a module failed, so importing it again is not enough.
      action: t(code === "package" ? "reload" : "try-again"),
      run: code === "package" ? () => location.reload() : again,
    }));
  }

  /** @param {() => import("./status.js").Said} make */
  #fail(make) {
    this.#show("failed", make);
  }

  /** @type {Status["show"]} */
  #show(state, make) {
    this.#ofPrediction = false;
    this.#status.show(state, make);
  }

  #showOffline() {
    byId("offline").textContent = this.#offline ? t("offline-ready") : "";
  }
}
