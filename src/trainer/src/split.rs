//! Splits of a corpus into a train and a test part.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use rand_mt::Mt;

/// How a corpus is split, written `<what>:<test size>:<seed>`; the study's test
/// size and seed may be left out.
///
/// A random split of sentences flatters: sentences of one document, and copies
/// of one, come into both parts. Documents and blocks keep neighbours together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Split {
    /// scikit-learn's `train_test_split` over the sentence names in the order
    /// of their code points, which is the order of Python's strings.
    Sklearn(Cut),
    /// Whole documents.
    Documents(Cut),
    /// Runs of [`BLOCK`] sentences in file order, for corpora that do not say
    /// where documents end.
    Blocks(Cut),
}

/// How much goes to the test part, and what chance depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// The test part's share of the sentences, between 0 and 1.
    pub test_size: f64,
    /// `random_state`.
    pub seed: u32,
}

/// Sentences of a block.
pub const BLOCK: usize = 50;

/// Of so many documents on, they are kept together unless another split is
/// asked for: a fifth of fewer is none, or one that may be nearly all.
const SEVERAL: usize = 5;

/// The reference study's.
impl Default for Split {
    fn default() -> Self {
        Self::Sklearn(Cut::default())
    }
}

/// The reference study's.
impl Default for Cut {
    fn default() -> Self {
        Self {
            test_size: 0.2,
            seed: 123,
        }
    }
}

/// The parts of a split: indices of sentences, in scikit-learn's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The sentences to train on, at least one.
    pub train: Vec<usize>,
    /// The sentences to test on, at least one.
    pub test: Vec<usize>,
}

/// Why there is no such split.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SplitError {
    /// The split is not written as one.
    #[error(
        "found the split {0:?}, expected `<what>:<test size>:<seed>`, such as `documents:0.2:123`, \
         or `<what>` or `<what>:<test size>` alone; what is split is `sklearn` (sentences, as scikit-learn does), `documents` or `blocks`"
    )]
    Malformed(String),
    /// The test size is not a number.
    #[error("found the test size {0:?}, expected a number between 0 and 1, such as 0.2")]
    SizeNotANumber(String),
    /// The test size is no share.
    #[error("found the test size {0}, expected a number between 0 and 1, such as 0.2")]
    Size(f64),
    /// The seed is not one that scikit-learn takes.
    #[error("found the seed {0:?}, expected a whole number from 0 to {max}", max = u32::MAX)]
    Seed(String),
    /// Documents cannot be kept together.
    #[error(
        "found no documents in the corpus (no `-DOCSTART-` lines, no ids), expected some to split \
         by; `blocks` keeps runs of {BLOCK} sentences together"
    )]
    NoDocuments,
    /// One of the parts would hold nothing.
    #[error(
        "found {train} sentences to train on and {test} to test on, expected at least one of each"
    )]
    EmptyPart {
        /// The size of the train part.
        train: usize,
        /// The size of the test part.
        test: usize,
    },
}

impl Split {
    /// The split where none is asked for: by documents where a corpus tells of
    /// several, else the study's, with its test size and seed.
    pub fn usual(documents: &[u32]) -> Self {
        let different: HashSet<&u32> = documents.iter().collect();
        match different.len() {
            ..SEVERAL => Self::default(),
            _ => Self::Documents(Cut::default()),
        }
    }

    /// Splits sentences that have these names, which differ from each other;
    /// `documents` says to which document each belongs, and is empty where that
    /// is not known.
    ///
    /// # Errors
    ///
    /// [`SplitError::Size`] if the test size is not between 0 and 1,
    /// [`SplitError::EmptyPart`] if a part would be left empty,
    /// [`SplitError::NoDocuments`] where documents are asked for and unknown.
    pub fn parts(&self, names: &[&str], documents: &[u32]) -> Result<Parts, SplitError> {
        let groups: Vec<u32> = match self {
            Self::Sklearn(cut) => return cut.sentences(names),
            Self::Documents(_) if documents.is_empty() => return Err(SplitError::NoDocuments),
            Self::Documents(_) => documents.to_vec(),
            Self::Blocks(_) => (0..names.len())
                .map(|index| (index / BLOCK) as u32)
                .collect(),
        };
        self.cut().groups(&groups)
    }

    /// The kind of split of this name.
    fn kind(name: &str) -> Option<fn(Cut) -> Self> {
        match name {
            "sklearn" => Some(Self::Sklearn),
            "documents" => Some(Self::Documents),
            "blocks" => Some(Self::Blocks),
            _ => None,
        }
    }

    /// What is kept together, and what follows from that.
    pub fn about(&self) -> &'static str {
        match self {
            Self::Sklearn(_) => "sentences drawn one by one, which flatters",
            Self::Documents(_) => "whole documents",
            Self::Blocks(_) => "runs of 50 sentences",
        }
    }

    fn cut(&self) -> Cut {
        match *self {
            Self::Sklearn(cut) | Self::Documents(cut) | Self::Blocks(cut) => cut,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Sklearn(_) => "sklearn",
            Self::Documents(_) => "documents",
            Self::Blocks(_) => "blocks",
        }
    }
}

impl Cut {
    fn sentences(self, names: &[&str]) -> Result<Parts, SplitError> {
        check_size(self.test_size)?;
        // scikit-learn's own arithmetic: a double, rounded up.
        let test = (self.test_size * names.len() as f64).ceil() as usize;
        let train = names.len().saturating_sub(test);
        if test == 0 || train == 0 {
            return Err(SplitError::EmptyPart { train, test });
        }
        let mut sorted: Vec<usize> = (0..names.len()).collect();
        sorted.sort_by_key(|&index| names[index]);
        let order = permutation(names.len(), self.seed);
        let mut shuffled = order.into_iter().map(|place| sorted[place]);
        Ok(Parts {
            test: shuffled.by_ref().take(test).collect(),
            train: shuffled.collect(),
        })
    }

    /// Whole groups go to the test part, in an order of chance, until it has
    /// its share of the sentences; both parts are in file order.
    fn groups(self, groups: &[u32]) -> Result<Parts, SplitError> {
        check_size(self.test_size)?;
        let mut sizes: HashMap<u32, usize> = HashMap::new();
        let mut found = Vec::new();
        for &group in groups {
            let size = sizes.entry(group).or_insert_with(|| {
                found.push(group);
                0
            });
            *size += 1;
        }
        let mut test = HashSet::new();
        let mut count = 0;
        for place in permutation(found.len(), self.seed) {
            if count as f64 >= self.test_size * groups.len() as f64 {
                break;
            }
            test.insert(found[place]);
            count += sizes[&found[place]];
        }
        let train = groups.len() - count;
        if count == 0 || train == 0 {
            return Err(SplitError::EmptyPart { train, test: count });
        }
        let (test, train) = (0..groups.len()).partition(|&index| test.contains(&groups[index]));
        Ok(Parts { train, test })
    }
}

impl FromStr for Split {
    type Err = SplitError;

    fn from_str(text: &str) -> Result<Self, SplitError> {
        let malformed = || SplitError::Malformed(text.to_owned());
        let parts: Vec<&str> = text.split(':').collect();
        let kind = Self::kind(parts[0]).ok_or_else(malformed)?;
        let usual = Cut::default();
        let (size, seed) = match parts[1..] {
            [] => return Ok(kind(usual)),
            [size] => (size, None),
            [size, seed] => (size, Some(seed)),
            _ => return Err(malformed()),
        };
        let test_size = size
            .parse()
            .map_err(|_| SplitError::SizeNotANumber(size.to_owned()))?;
        check_size(test_size)?;
        let seed = seed.map_or(Ok(usual.seed), |seed| {
            seed.parse().map_err(|_| SplitError::Seed(seed.to_owned()))
        })?;
        Ok(kind(Cut { test_size, seed }))
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cut { test_size, seed } = self.cut();
        write!(f, "{}:{test_size}:{seed}", self.name())
    }
}

fn check_size(test_size: f64) -> Result<(), SplitError> {
    if test_size > 0.0 && test_size < 1.0 {
        Ok(())
    } else {
        Err(SplitError::Size(test_size))
    }
}

/// NumPy's `RandomState(seed).permutation(len)`.
fn permutation(len: usize, seed: u32) -> Vec<usize> {
    let mut random = Mt::new(seed);
    let mut order: Vec<usize> = (0..len).collect();
    for last in (1..len).rev() {
        order.swap(last, up_to(last, &mut random));
    }
    order
}

/// An index from 0 to `last`, drawn as NumPy's legacy generator does: masked
/// outputs of 32 bits until one is small enough.
fn up_to(last: usize, random: &mut Mt) -> usize {
    let mask = usize::MAX >> last.leading_zeros();
    loop {
        let drawn = random.next_u32() as usize & mask;
        if drawn <= last {
            return drawn;
        }
    }
}

#[cfg(test)]
mod tests;
