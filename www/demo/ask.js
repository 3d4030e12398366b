// Asks the heads of one model, or of two, as if they were of one.

/**
 * @typedef {import("./head-choice.js").Question} Question
 * @typedef {import("../pkg/nerite.js").PredictOptions} PredictOptions
 * @typedef {import("../pkg/nerite.js").Prediction} Prediction
 */

/**
 * The predictions in the order of the questions. Where one model fails, the other one is not waited for.
 *
 * @param {string} text
 * @param {Question[]} questions
 * @param {Required<Pick<PredictOptions, "signal" | "visible" | "onProgress" | "onPart">>} options
 * @returns {Promise<Prediction[]>}
 */
export async function ask(text, questions, { signal, visible, onProgress, onPart }) {
  const models = [...new Set(questions.map(({ recognizer }) => recognizer))];
  const stop = new AbortController();
  const abort = () => stop.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  const progress = models.map(() => ({ words: 0, total: 0 }));
  /** @type {Prediction[]} */
  const predictions = [];
  /** @param {number} at the index of a model */
  const askOne = async (at) => {
    const own = questions.filter(({ recognizer }) => recognizer === models[at]);
    const sides = own.map((question) => questions.indexOf(question));
    const found = await models[at].predictAll(
      text,
      own.map(({ head: { id }, strategy }) => (strategy ? { head: id, strategy } : id)),
      {
        ...own[0].options,
        signal: stop.signal,
        visible,
        onProgress: (now) => {
          progress[at] = now;
          onProgress({
            words: progress.reduce((sum, { words }) => sum + words, 0),
            total: progress.reduce((sum, { total }) => sum + total, 0),
          });
        },
        onPart: (part, head) => onPart(part, sides[head]),
      },
    );
    found.forEach((prediction, head) => {
      predictions[sides[head]] = prediction;
    });
  };
  try {
    await Promise.all(models.map((_, at) => askOne(at)));
    return predictions;
  } finally {
    signal.removeEventListener("abort", abort);
    stop.abort();
  }
}
