use anyhow::Result;
use nerite::{Decoder, HeadConfig, HeadKind, Lexicon};
use nerite_fit::{Model, Objective, Settings};
use nerite_trainer::train::Layers;

use super::choice::choice;

/// How a head is built and fitted: a preset, and what differs from it.
#[derive(clap::Args)]
pub(super) struct SettingsArguments {
    /// Where the other settings come from [default: study; of `nerite tune`:
    /// best]
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// The hidden states that the head reads: last, last4, all, mix (all,
    /// summed with learnt weights), or numbers as in 0,3,6 (0 is the
    /// embeddings)
    #[arg(long, value_name = "LAYERS")]
    layers: Option<Layers>,
    /// The kind of head
    #[arg(
        long,
        value_name = "KIND",
        value_parser = choice(HeadKind::ALL, HeadKind::name, HeadKind::about)
    )]
    head: Option<HeadKind>,
    /// Width of the hidden layer of an mlp or context head [if neither this
    /// nor the preset says: 128]
    #[arg(long, value_name = "WIDTH", allow_negative_numbers = true)]
    projection: Option<usize>,
    /// Units of a context head in each direction [if neither this nor the
    /// preset says: 96]
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    units: Option<usize>,
    /// Features of the words' spelling beside the encoder's: the rows and the
    /// width of their table as in 32768x64, or none
    #[arg(long, value_name = "TABLE", value_parser = lexicon)]
    lexicon: Option<Table>,
    /// Learn how probable it is that one tag follows another (a CRF)
    #[arg(long, value_name = "BOOL")]
    transitions: Option<bool>,
    /// How tags are read off the scores
    #[arg(
        long,
        value_name = "DECODER",
        value_parser = choice(Decoder::ALL, Decoder::name, Decoder::about)
    )]
    decoder: Option<Decoder>,
    /// What fitting makes small
    #[arg(
        long,
        value_name = "LOSS",
        value_parser = choice(Objective::ALL, Objective::name, Objective::about)
    )]
    loss: Option<Objective>,
    /// Passes over the train part
    #[arg(long, allow_negative_numbers = true)]
    epochs: Option<usize>,
    /// Sentences per step
    #[arg(long, allow_negative_numbers = true)]
    batch: Option<usize>,
    /// The first learning rate; it falls linearly to 0
    #[arg(long, allow_negative_numbers = true)]
    learning_rate: Option<f64>,
    /// AdamW's weight decay
    #[arg(long, allow_negative_numbers = true)]
    weight_decay: Option<f64>,
    /// The share of features hidden from each step
    #[arg(long, allow_negative_numbers = true)]
    dropout: Option<f64>,
    /// The share hidden of the numbers inside an mlp or context head
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    inner_dropout: Option<f64>,
    /// The share hidden of each word's spelling features
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    lexicon_dropout: Option<f64>,
    /// The share of the train part that is kept to choose the best epoch and
    /// to calibrate probabilities
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub(super) validation: Option<f64>,
    /// Cross-validate with COUNT folds: as many heads more, each fitted without
    /// one fold of the train part, calibrate probabilities and say how good the
    /// head is where there is no validation part; 0: none
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    pub(super) folds: Option<usize>,
    /// Stop after so many epochs without a better one; 0: never
    #[arg(long, value_name = "EPOCHS", allow_negative_numbers = true)]
    patience: Option<usize>,
    /// Show sentences with a rare tag so many times more
    #[arg(long, value_name = "TIMES", allow_negative_numbers = true)]
    rare: Option<usize>,
    /// Bound the length of a step's gradient; 0: no bound
    #[arg(long, value_name = "LENGTH", allow_negative_numbers = true)]
    clip: Option<f64>,
    /// The head is the moving average of the steps' parameters, of which every
    /// step keeps this share; 0: the last step's own
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    average: Option<f64>,
    /// Calibrate the scores of entities on the validation part as well, not
    /// only those of words, and leave out entities with a score below half of
    /// its F1, more of which would be wrong than right
    #[arg(long)]
    calibrate_entities: bool,
    /// Where initial weights, order and dropout come from: the same seed gives
    /// the same bytes
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    seed: u64,
}

/// Flags that say how a head is built, which follows from the head that it
/// begins with, if it begins with one.
pub(super) const LIKE_ANOTHER: [&str; 7] = [
    "preset",
    "layers",
    "head",
    "projection",
    "units",
    "lexicon",
    "vectors",
];

/// Settings to begin with.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(super) enum Preset {
    /// The reference study's: one linear layer on the last hidden state
    Study,
    /// Those of the best heads that ship; of fewer than 8,000 sentences, with
    /// smaller batches and more epochs, of fewer than 1,000 with
    /// cross-validation instead of a validation part
    Best,
}

/// A table of word features, or none.
#[derive(Clone, Copy)]
struct Table(Option<Lexicon>);

fn lexicon(text: &str) -> Result<Table, String> {
    if text == "none" {
        return Ok(Table(None));
    }
    let table = text.split_once('x').and_then(|(buckets, width)| {
        Some(Lexicon {
            buckets: buckets.parse().ok()?,
            width: width.parse().ok()?,
        })
    });
    match table {
        Some(table) => Ok(Table(Some(table))),
        None => Err(format!(
            "found the table {text:?}, expected rows and width as in 32768x64, or none"
        )),
    }
}

impl SettingsArguments {
    /// The layers, of `usual` where no preset is named.
    pub(super) fn layers(&self, usual: Preset) -> Layers {
        self.layers
            .clone()
            .unwrap_or(match self.preset.unwrap_or(usual) {
                Preset::Study => Layers::Last,
                Preset::Best => Layers::Mix,
            })
    }

    /// Whether the study's settings are taken where none are given.
    pub(super) fn is_of_the_study(&self) -> bool {
        matches!(self.preset, None | Some(Preset::Study))
    }

    /// All else for so many train sentences, of `usual` where no preset is
    /// named, and for a head that begins with another, if there is one: what
    /// that says of itself, and whether no more than its last layer is learnt.
    ///
    /// # Errors
    ///
    /// A head that nothing can begin with.
    pub(super) fn settings(
        &self,
        usual: Preset,
        sentences: usize,
        other: Option<(&HeadConfig, bool)>,
    ) -> Result<Settings> {
        let preset = match (other, self.preset.unwrap_or(usual)) {
            (Some((other, last_layer)), _) => {
                Settings::begun_with(self.seed, sentences, other, last_layer)?
            }
            (None, Preset::Study) => Settings::study(self.seed),
            (None, Preset::Best) => Settings::best_for(self.seed, sentences),
        };
        let model = preset.model;
        let model = model.of_kind(self.head.unwrap_or(model.kind));
        let linear = model.kind == HeadKind::Linear;
        let lexicon = self.lexicon.map_or(model.lexicon, |table| table.0);
        let validation = self.validation.unwrap_or(match self.folds {
            // Folds were asked for, which need no part to choose by.
            Some(1..) => 0.0,
            _ => preset.validation,
        });
        Ok(Settings {
            epochs: self.epochs.unwrap_or(preset.epochs),
            batch: self.batch.unwrap_or(preset.batch),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            weight_decay: self.weight_decay.unwrap_or(preset.weight_decay),
            dropout: self.dropout.unwrap_or(preset.dropout),
            seed: self.seed,
            objective: self.loss.unwrap_or(preset.objective),
            model: Model {
                kind: model.kind,
                projection: self.projection.unwrap_or(model.projection),
                units: self.units.unwrap_or(model.units),
                lexicon,
                transitions: self.transitions.unwrap_or(model.transitions),
                decoder: self.decoder.unwrap_or(model.decoder),
            },
            inner_dropout: self.inner_dropout.unwrap_or(if linear {
                0.0
            } else {
                preset.inner_dropout
            }),
            lexicon_dropout: self.lexicon_dropout.unwrap_or(match lexicon {
                Some(_) => preset.lexicon_dropout,
                None => 0.0,
            }),
            validation,
            folds: self.folds.unwrap_or(match self.validation {
                // A part to choose by was asked for, which says the same.
                Some(share) if share > 0.0 => 0,
                _ => preset.folds,
            }),
            // Without a part to choose by, there is nothing to wait for.
            patience: self.patience.unwrap_or(match validation {
                0.0 => 0,
                _ => preset.patience,
            }),
            rare: self.rare.unwrap_or(preset.rare),
            clip: self.clip.unwrap_or(preset.clip),
            average: self.average.unwrap_or(preset.average),
            calibrate_entities: self.calibrate_entities || preset.calibrate_entities,
            last_layer: preset.last_layer,
        })
    }

    /// The flags that give the same layers and settings, whatever the presets
    /// become; without those that follow from a head that is begun with.
    pub(super) fn words(layers: &Layers, settings: &Settings, begun: bool) -> Vec<String> {
        let Model {
            kind,
            projection,
            units,
            lexicon,
            transitions,
            decoder,
        } = settings.model;
        let lexicon = lexicon.map_or("none".into(), |table| {
            format!("{}x{}", table.buckets, table.width)
        });
        let all = [
            ("--layers", layers.to_string()),
            ("--head", kind.name().into()),
            ("--projection", projection.to_string()),
            ("--units", units.to_string()),
            ("--lexicon", lexicon),
            ("--transitions", transitions.to_string()),
            ("--decoder", decoder.to_string()),
            ("--loss", settings.objective.name().into()),
            ("--epochs", settings.epochs.to_string()),
            ("--batch", settings.batch.to_string()),
            ("--learning-rate", settings.learning_rate.to_string()),
            ("--weight-decay", settings.weight_decay.to_string()),
            ("--dropout", settings.dropout.to_string()),
            ("--inner-dropout", settings.inner_dropout.to_string()),
            ("--lexicon-dropout", settings.lexicon_dropout.to_string()),
            ("--validation", settings.validation.to_string()),
            ("--folds", settings.folds.to_string()),
            ("--patience", settings.patience.to_string()),
            ("--rare", settings.rare.to_string()),
            ("--clip", settings.clip.to_string()),
            ("--average", settings.average.to_string()),
            ("--seed", settings.seed.to_string()),
        ];
        let all = all.into_iter();
        let all = all.filter(|(flag, _)| !(begun && LIKE_ANOTHER.contains(&&flag[2..])));
        let mut words: Vec<String> = all
            .flat_map(|(flag, value)| [flag.to_owned(), value])
            .collect();
        words.extend(
            settings
                .calibrate_entities
                .then(|| "--calibrate-entities".to_owned()),
        );
        words
    }
}
