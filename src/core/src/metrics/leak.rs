//! How much a redaction lets through, whatever types it gives: the share of
//! the gold spans' characters that can still be read, and the share of all
//! other characters that were hidden without need. White space counts on
//! neither side. Intervals are percentile bootstraps over texts.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::bootstrap::{Interval, interval};
use super::ratio;

/// A text, what is private in it, and what was hidden. Ranges are bytes, on
/// character boundaries.
#[derive(Clone, Debug)]
pub struct LeakText<'a> {
    /// The text.
    pub text: &'a str,
    /// What is private, with its type; in order, without overlap.
    pub gold: Vec<(Range<usize>, &'a str)>,
    /// What was hidden; in order, without overlap.
    pub hidden: Vec<Range<usize>>,
    /// What the text is counted under as well: its language, its kind, the
    /// origin of its names.
    pub groups: Vec<String>,
}

/// A share of characters or words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// `count / of`, 0 where there are none.
    pub share: f64,
    /// Where 95 % of the resampled shares lie.
    pub interval: Interval,
}

/// What a redaction lets through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeakReport {
    /// The seed of the random choice.
    pub seed: u64,
    /// How often texts were drawn.
    pub resamples: u32,
    /// How many texts there are.
    pub texts: u64,
    /// Private characters that can be read.
    pub leak: Share,
    /// Other characters that were hidden.
    pub needless: Share,
    /// Words without a private character of which something was hidden.
    pub needless_words: Share,
    /// The same in texts in which nothing is private.
    pub needless_words_in_plain_texts: Share,
    /// Private characters that can be read, by type.
    pub types: BTreeMap<String, Share>,
    /// Private characters that can be read, by group of texts.
    pub groups: BTreeMap<String, Share>,
}

/// Counts of one text, two by two: how many, of how many.
type Counts = Vec<[u64; 2]>;

const LEAK: usize = 0;
const NEEDLESS: usize = 1;
const WORDS: usize = 2;
const PLAIN_WORDS: usize = 3;
/// Types come behind these, groups behind the types.
const FIRST_TYPE: usize = 4;

impl LeakReport {
    /// Judges texts; `seed` and `resamples` are of the bootstrap.
    ///
    /// # Panics
    ///
    /// If a range is not one of its text.
    pub fn of(texts: &[LeakText<'_>], seed: u64, resamples: u32) -> Self {
        let types: BTreeSet<&str> = texts
            .iter()
            .flat_map(|text| text.gold.iter().map(|(_, kind)| *kind))
            .collect();
        let types: Vec<&str> = types.into_iter().collect();
        let groups: BTreeSet<&String> = texts.iter().flat_map(|text| &text.groups).collect();
        let groups: Vec<&String> = groups.into_iter().collect();
        let width = FIRST_TYPE + types.len() + groups.len();
        let counted: Vec<Counts> = texts
            .iter()
            .map(|text| count(text, &types, &groups))
            .collect();
        let sum = |chosen: &mut dyn Iterator<Item = usize>| {
            let mut sums = vec![[0; 2]; width];
            for text in chosen {
                for (sum, own) in sums.iter_mut().zip(&counted[text]) {
                    sum[0] += own[0];
                    sum[1] += own[1];
                }
            }
            sums
        };
        let all = sum(&mut (0..texts.len()));
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let many = u32::try_from(texts.len()).expect("fewer than 2^32 texts");
        let mut drawn = vec![Vec::with_capacity(resamples as usize); width];
        for _ in 0..if texts.is_empty() { 0 } else { resamples } {
            // Of 32 bits, so that it is the same draw where usize is narrower.
            let sums = sum(&mut (0..many).map(|_| random.random_range(0..many) as usize));
            for (drawn, [count, of]) in drawn.iter_mut().zip(sums) {
                drawn.push(ratio(count as f64, of as f64));
            }
        }
        let mut shares = all
            .iter()
            .zip(&mut drawn)
            .map(|(&[count, of], drawn)| Share {
                count,
                of,
                share: ratio(count as f64, of as f64),
                interval: if drawn.is_empty() {
                    Interval::default()
                } else {
                    interval(drawn)
                },
            });
        let mut next = || shares.next().expect("there are as many as counts");
        Self {
            seed,
            resamples,
            texts: texts.len() as u64,
            leak: next(),
            needless: next(),
            needless_words: next(),
            needless_words_in_plain_texts: next(),
            types: types
                .iter()
                .map(|kind| ((*kind).to_owned(), next()))
                .collect(),
            groups: groups
                .iter()
                .map(|group| ((*group).clone(), next()))
                .collect(),
        }
    }

    /// The leak of several types together.
    pub fn leak_of(&self, types: &[&str]) -> f64 {
        let own = || types.iter().filter_map(|kind| self.types.get(*kind));
        ratio(
            own().map(|share| share.count as f64).sum(),
            own().map(|share| share.of as f64).sum(),
        )
    }
}

fn count(own: &LeakText<'_>, types: &[&str], groups: &[&String]) -> Counts {
    let mut counts = vec![[0; 2]; FIRST_TYPE + types.len() + groups.len()];
    let (mut gold, mut hidden) = (own.gold.iter().peekable(), own.hidden.iter().peekable());
    // Whether the word so far has a private and a hidden character.
    let mut word = None::<(bool, bool)>;
    let plain = own.gold.is_empty();
    let end_word = |word: &mut Option<(bool, bool)>, counts: &mut Counts| {
        if let Some((false, is_hidden)) = word.take() {
            for place in std::iter::once(WORDS).chain(plain.then_some(PLAIN_WORDS)) {
                counts[place][0] += u64::from(is_hidden);
                counts[place][1] += 1;
            }
        }
    };
    for (at, c) in own.text.char_indices() {
        if c.is_whitespace() {
            end_word(&mut word, &mut counts);
            continue;
        }
        while gold.next_if(|(range, _)| range.end <= at).is_some() {}
        while hidden.next_if(|range| range.end <= at).is_some() {}
        let kind = gold
            .peek()
            .filter(|(range, _)| range.start <= at)
            .map(|(_, kind)| *kind);
        let is_hidden = hidden.peek().is_some_and(|range| range.start <= at);
        let so_far = word.get_or_insert((false, false));
        *so_far = (so_far.0 || kind.is_some(), so_far.1 || is_hidden);
        let Some(kind) = kind else {
            counts[NEEDLESS][0] += u64::from(is_hidden);
            counts[NEEDLESS][1] += 1;
            continue;
        };
        let place = types
            .binary_search(&kind)
            .expect("every type is among them");
        let own_groups = own.groups.iter().map(|group| {
            let place = groups
                .binary_search(&group)
                .expect("every group is among them");
            FIRST_TYPE + types.len() + place
        });
        for place in [LEAK, FIRST_TYPE + place].into_iter().chain(own_groups) {
            counts[place][0] += u64::from(!is_hidden);
            counts[place][1] += 1;
        }
    }
    end_word(&mut word, &mut counts);
    counts
}

#[cfg(test)]
#[expect(
    clippy::single_range_in_vec_init,
    reason = "lists of ranges of which there is one"
)]
mod tests {
    use proptest::prelude::*;
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn text<'a>(
        text: &'a str,
        gold: Vec<(Range<usize>, &'a str)>,
        hidden: Vec<Range<usize>>,
    ) -> LeakText<'a> {
        LeakText {
            text,
            gold,
            hidden,
            groups: vec!["all".to_owned()],
        }
    }

    #[test]
    fn characters_are_counted_whatever_the_type() {
        let texts = [
            // "Ann" is read, of "Lee" and "is" a part is hidden.
            text("Ann Lee is here", vec![(0..7, "PERSON")], vec![5..9]),
            text("Go é on", vec![], vec![3..5]),
            text("Paris", vec![(0..5, "PLACE")], vec![0..5]),
        ];
        let found = LeakReport::of(&texts, 1, 200);
        let counts = |share: Share| (share.count, share.of);
        assert_eq!(counts(found.leak), (4, 11));
        assert_eq!(counts(found.types["PERSON"]), (4, 6));
        assert_eq!(counts(found.types["PLACE"]), (0, 5));
        assert_eq!(counts(found.groups["all"]), (4, 11));
        assert_eq!(counts(found.needless), (2, 11));
        assert_eq!(counts(found.needless_words), (2, 5));
        assert_eq!(counts(found.needless_words_in_plain_texts), (1, 3));
        assert!((found.leak_of(&["PERSON", "PLACE"]) - 4.0 / 11.0).abs() < 1e-12);
        assert!(
            found.leak.interval.low <= found.leak.share
                && found.leak.share <= found.leak.interval.high
        );
        assert_eq!(
            found,
            LeakReport::of(&texts, 1, 200),
            "the bootstrap is seeded"
        );
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<LeakReport>(&json).unwrap(), found);
    }

    #[test]
    fn nothing_at_all_is_judged_without_a_panic() {
        let found = LeakReport::of(&[], 1, 10);
        assert_eq!((found.texts, found.leak.share), (0, 0.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn all_or_nothing_hidden_are_the_ends(own in "[a-zé \n]{1,30}", from in 0usize..30, to in 0usize..30) {
            let boundary = |at: usize| own.floor_char_boundary(at.min(own.len()));
            let (from, to) = (boundary(from.min(to)), boundary(from.max(to)));
            let gold = vec![(from..to, "X")];
            let inside = own[from..to].chars().filter(|c| !c.is_whitespace()).count() as u64;
            let all = LeakReport::of(&[text(&own, gold.clone(), vec![0..own.len()])], 1, 5);
            prop_assert_eq!((all.leak.count, all.leak.of), (0, inside));
            prop_assert_eq!(all.needless.count, all.needless.of);
            let none = LeakReport::of(&[text(&own, gold, vec![])], 1, 5);
            prop_assert_eq!((none.leak.count, none.needless.count), (inside, 0));
        }
    }
}
