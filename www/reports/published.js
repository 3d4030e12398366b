// The reference study's own figures: a public student study of 2025 on Kaggle's edition of the Groningen Meaning Bank,
// with the original encoders in full precision and one linear layer.

/** The sha256 of the names of the sentences that it was tested on. */
export const PART = "2ddb9d1712ce131aba3ad810c6adc6529baa6e8d2c3401ac459a780b175348c9";

/**
 * @param {string} encoder
 * @param {string} stage
 * @param {number} accuracy
 * @param {number} macro_f1
 * @param {number} weighted_f1
 */
const row = (encoder, stage, accuracy, macro_f1, weighted_f1) => ({
  encoder,
  stage,
  figures: { accuracy, macro_f1, weighted_f1 },
});

export const FIGURES = [
  row("distilbert-base-cased", "base", 0.0148, 0.0068, 0.0036),
  row("distilbert-base-cased", "fine-tuned", 0.9563, 0.5813, 0.9552),
  row("roberta-base", "base", 0.1406, 0.0181, 0.2315),
  row("roberta-base", "fine-tuned", 0.9537, 0.5368, 0.9518),
  row("bert-base-cased", "base", 0.0368, 0.0096, 0.0604),
  row("bert-base-cased", "fine-tuned", 0.9566, 0.5674, 0.9551),
];

/** Batches of an epoch. */
export const BATCHES = 1199;

/** The loss summed over the batches of each epoch. */
export const LOSSES = {
  "distilbert-base-cased": [203.34, 191.73, 188.36],
  "roberta-base": [403.43, 234.0, 223.03],
  "bert-base-cased": [302.95, 206.6, 199.24],
};
