//! What is predicted for labelled sentences, and the figures of it, whatever
//! the predictions come from.

use nerite::{
    Context, Decoder, Details, Encoder, EntityCalibration, Evaluation, FeatureError, Head,
    HeadInput, HeadOutput, JudgedSentence, Subwords, TagSet, Tokenizer, Training, Workspace,
    features, pick,
};

use crate::FitError;
use crate::examples::{Examples, Gold};
use crate::threads;

/// Sentences with the right tags, by number.
pub trait Labelled: Sync {
    /// The tags that the sentences' are indices into.
    fn tags(&self) -> &TagSet;

    /// The words of a sentence and what is known of their tags, equally many.
    /// Where several tags are allowed, the first stands for them all: any of
    /// them is right, and counts as it.
    fn sentence(&self, index: usize) -> (Vec<&str>, Vec<Gold<'_>>);
}

#[cfg(feature = "corpora")]
impl Labelled for nerite_corpora::Corpus {
    fn tags(&self) -> &TagSet {
        &self.tags
    }

    fn sentence(&self, index: usize) -> (Vec<&str>, Vec<Gold<'_>>) {
        let sentence = &self.sentences[index];
        let words = sentence.words.iter().map(String::as_str);
        let gold = sentence.tags.iter().copied().map(Gold::Tag);
        (words.collect(), gold.collect())
    }
}

/// Examples, without their features.
pub(crate) struct Known<'a, E>(pub(crate) &'a E);

impl<E: Examples> Labelled for Known<'_, E> {
    fn tags(&self) -> &TagSet {
        self.0.tags()
    }

    fn sentence(&self, index: usize) -> (Vec<&str>, Vec<Gold<'_>>) {
        let sentence = self.0.sentence(index);
        (sentence.words, sentence.gold)
    }
}

/// What is predicted for one sentence; all lists are of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predicted {
    /// The index of each word's tag.
    pub tags: Vec<usize>,
    /// The probability of each predicted tag; empty where it is not known.
    pub confidences: Vec<f32>,
    /// For each word, whether it has no subword.
    pub without_subword: Vec<bool>,
}

impl Predicted {
    /// What a head makes of a sentence, of which at least its own layers are
    /// there.
    ///
    /// # Panics
    ///
    /// If a layer of the head's is not there.
    pub fn of(head: &Head, decoder: Decoder, words: &[&str], encoded: &Encoded) -> Self {
        let config = head.config();
        let rows = pick(
            &encoded.rows,
            &encoded.layers,
            &config.layers,
            config.hidden,
        );
        let input = HeadInput {
            words,
            features: &rows,
            seen: &encoded.seen,
        };
        Self::new(head.tag(input, decoder), config.tags.len(), &encoded.seen)
    }

    /// What a head of so many tags says, of words that it has seen or not.
    fn new(output: HeadOutput, tags: usize, seen: &[bool]) -> Self {
        let rows = output.probabilities.chunks_exact(tags);
        let confidences = output.tags.iter().zip(rows).map(|(&tag, row)| row[tag]);
        Self {
            confidences: confidences.collect(),
            tags: output.tags,
            without_subword: seen.iter().map(|seen| !seen).collect(),
        }
    }
}

/// Where predictions come from.
pub trait Predictions: Sync {
    /// What computing them needs, once on each core.
    type Workspace: Default;

    /// The tags that the predictions are indices into.
    fn tags(&self) -> &TagSet;

    /// How the head's scores of entities follow from its words'.
    fn entity_calibration(&self) -> Option<EntityCalibration> {
        None
    }

    /// The tags of sentence number `index`, which has these words.
    ///
    /// # Errors
    ///
    /// Whatever keeps the source from an answer.
    fn predict(
        &self,
        workspace: &mut Self::Workspace,
        index: usize,
        words: &[&str],
    ) -> Result<Predicted, FitError>;
}

/// A head on features that are known.
pub struct Cached<'a, E> {
    /// The head.
    pub head: &'a Head,
    /// How its scores are read.
    pub decoder: Decoder,
    /// The features.
    pub examples: &'a E,
}

impl<E: Examples> Predictions for Cached<'_, E> {
    type Workspace = Vec<f32>;

    fn tags(&self) -> &TagSet {
        &self.head.config().tags
    }

    fn entity_calibration(&self) -> Option<EntityCalibration> {
        self.head.config().entity_calibration
    }

    fn predict(
        &self,
        rows: &mut Vec<f32>,
        index: usize,
        words: &[&str],
    ) -> Result<Predicted, FitError> {
        rows.clear();
        self.examples.features(index, rows)?;
        let seen = &self.examples.sentence(index).seen;
        let input = HeadInput {
            words,
            features: rows,
            seen,
        };
        let output = self.head.tag(input, self.decoder);
        Ok(Predicted::new(output, self.tags().len(), seen))
    }
}

/// What an encoder makes of a sentence's words.
pub struct Encoded {
    /// The layers that are there, as [`HeadConfig::layers`] counts them.
    ///
    /// [`HeadConfig::layers`]: nerite::HeadConfig::layers
    pub layers: Vec<usize>,
    /// `[words, layers * hidden]`.
    pub rows: Vec<f32>,
    /// For each word, whether the encoder has seen anything of it.
    pub seen: Vec<bool>,
}

/// Runs an encoder over a sentence's words.
///
/// # Errors
///
/// A tokenizer or an encoder that fails.
pub fn encode(
    tokenizer: &Tokenizer,
    (encoder, workspace): (&Encoder, &mut Workspace),
    words: &[&str],
    layers: &[usize],
) -> Result<Encoded, FitError> {
    let window = encoder.config().window;
    let subwords = Subwords::new(tokenizer, words, window).map_err(FeatureError::Tokenizer)?;
    let rows =
        features(&mut (encoder, workspace), &[&subwords], layers).map_err(FeatureError::Encoder)?;
    Ok(Encoded {
        layers: layers.to_vec(),
        rows,
        seen: subwords.counts.iter().map(|&count| count > 0).collect(),
    })
}

/// An encoder and a head, word for word as the page runs them.
pub struct Live<'a> {
    /// The tokenizer.
    pub tokenizer: &'a Tokenizer,
    /// The encoder.
    pub encoder: &'a Encoder,
    /// The head.
    pub head: &'a Head,
    /// How its scores are read.
    pub decoder: Decoder,
}

impl Predictions for Live<'_> {
    type Workspace = Workspace;

    fn tags(&self) -> &TagSet {
        &self.head.config().tags
    }

    fn entity_calibration(&self) -> Option<EntityCalibration> {
        self.head.config().entity_calibration
    }

    fn predict(
        &self,
        workspace: &mut Workspace,
        _: usize,
        words: &[&str],
    ) -> Result<Predicted, FitError> {
        let layers = &self.head.config().layers;
        let encoded = encode(self.tokenizer, (self.encoder, workspace), words, layers)?;
        Ok(Predicted::of(self.head, self.decoder, words, &encoded))
    }
}

/// Sentences with right and predicted tags.
pub struct Judged<'a> {
    /// The tags of both.
    pub tags: TagSet,
    /// The sentences.
    pub sentences: Vec<JudgedSentence<'a>>,
    /// How the head's scores of entities follow from its words'.
    pub entity_calibration: Option<EntityCalibration>,
}

impl Judged<'_> {
    /// All figures, with intervals; some only where it is known what the head
    /// was fitted on.
    pub fn evaluate(&self, training: Option<&Training>) -> Evaluation {
        let context = Context {
            training,
            entity_calibration: self.entity_calibration,
            ..Context::default()
        };
        Evaluation::of(&self.tags, &self.sentences, &context)
    }

    /// The figures without what takes long: intervals say nothing.
    pub fn evaluate_quickly(&self) -> Evaluation {
        let context = Context {
            resamples: 1,
            entity_calibration: self.entity_calibration,
            ..Context::default()
        };
        Evaluation::of(&self.tags, &self.sentences, &context)
    }
}

/// Has `predictions` made for the sentences `part`.
///
/// # Errors
///
/// More tags than a set may hold, or a source that fails: then with the
/// sentence.
pub fn judge<'a, P: Predictions>(
    labelled: &'a impl Labelled,
    part: &[usize],
    predictions: &P,
) -> Result<Judged<'a>, FitError> {
    let sets = [labelled.tags(), predictions.tags()];
    let labels = sets.iter().flat_map(|set| set.labels());
    let tags = TagSet::new(labels.cloned())?;
    let [gold, predicted] = sets.map(|set| -> Vec<u16> {
        let labels = set.labels().iter();
        labels
            .map(|label| tags.index(label).expect("the label is in both") as u16)
            .collect()
    });
    let sentences = threads::map_with(part, P::Workspace::default, |workspace, &index| {
        let (words, own) = labelled.sentence(index);
        let found = predictions
            .predict(workspace, index, &words)
            .map_err(|error| FitError::Sentence(index, Box::new(error)))?;
        let right: Vec<u16> = own
            .iter()
            .map(|own| gold[usize::from(own.allowed()[0])])
            .collect();
        let pairs = found.tags.iter().zip(&own).zip(&right);
        let said = pairs.map(|((&tag, own), &right)| {
            let tag = predicted[tag];
            let allowed = own
                .allowed()
                .iter()
                .any(|&own| gold[usize::from(own)] == tag);
            if allowed { right } else { tag }
        });
        Ok(JudgedSentence {
            predicted: said.collect(),
            gold: right,
            confidences: found.confidences,
            without_subword: found.without_subword,
            words,
        })
    });
    Ok(Judged {
        tags,
        entity_calibration: predictions.entity_calibration(),
        sentences: sentences.into_iter().collect::<Result<_, FitError>>()?,
    })
}

/// What the sentences `train` hold.
pub fn training(labelled: &impl Labelled, train: &[usize]) -> Training {
    let sentences: Vec<(Vec<&str>, Vec<u16>)> = train
        .iter()
        .map(|&index| {
            let (words, gold) = labelled.sentence(index);
            let tags = gold.iter().map(|gold| gold.allowed()[0]);
            (words, tags.collect())
        })
        .collect();
    let sentences = sentences
        .iter()
        .map(|(words, tags)| (words.clone(), &tags[..]));
    Training::of(labelled.tags(), sentences)
}

/// The expected calibration error of words; not a number where confidences
/// are not known.
pub fn calibration_error(details: &Details) -> f64 {
    let calibration = details.calibration.as_ref();
    calibration.map_or(f64::NAN, |calibration| calibration.words.ece)
}
