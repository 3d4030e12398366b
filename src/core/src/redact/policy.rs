//! What is taken out of a text, and how.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::doubt::{Confirm, believed};
use super::found::{Found, Origin, is_personal};
use super::join::join;
use super::lists::Phrases;

choices! {
    /// What stands where something was taken out.
    #[derive(Default)]
    Style, "style", {
        #[default]
        Placeholder = "placeholder", "`[PERSON_1]`, which can be restored.";
        Mask = "mask", "`█`, one for every character but white space.";
        Remove = "remove", "Nothing.";
    }
}

/// What is taken out of a text, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The types, as placeholders name them; all but those that say nothing
    /// of a person (organizations, times, numbers) if not given.
    pub types: Option<Vec<String>>,
    /// What a head found with a lower score is left.
    pub threshold: f32,
    /// Thresholds of single types, which count instead.
    pub thresholds: BTreeMap<String, f32>,
    /// What stands where something was taken out.
    pub style: Style,
    /// Values that are left, in whatever case.
    pub keep: Vec<String>,
    /// Values that are taken out wherever they stand, in whatever case.
    pub always: Vec<String>,
    /// Places that are left, as bytes: what the user said of them.
    pub keep_at: Vec<Range<usize>>,
    /// Whether a name that was found is taken out everywhere else in the text.
    pub everywhere: bool,
    /// When a head's span counts only where another head agrees.
    pub confirm: Confirm,
    /// The types that several of the heads know, as placeholders name them.
    pub shared_types: Vec<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            types: None,
            threshold: 0.0,
            thresholds: BTreeMap::new(),
            style: Style::default(),
            keep: Vec::new(),
            always: Vec::new(),
            keep_at: Vec::new(),
            everywhere: true,
            confirm: Confirm::default(),
            shared_types: Vec::new(),
        }
    }
}

/// The type of values that are always taken out, where nothing else says one.
const LISTED: &str = "PRIVATE";

impl Policy {
    /// Whether this type is taken out.
    pub fn takes(&self, kind: &str) -> bool {
        match &self.types {
            Some(types) => types.iter().any(|own| own == kind),
            None => is_personal(kind),
        }
    }

    fn threshold_of(&self, kind: &str) -> f32 {
        self.thresholds.get(kind).copied().unwrap_or(self.threshold)
    }

    /// What is taken out, joined, and what is left because of its score.
    pub(super) fn choose(&self, text: &str, found: &[Found]) -> (Vec<Found>, Vec<Found>) {
        let keep = Phrases::new(self.keep.iter().map(String::as_str));
        let (mut chosen, mut left) = (Vec::new(), Vec::new());
        // Addresses and numbers that are to stay, with the names in them.
        let mut whole: Vec<Range<usize>> = Vec::new();
        let all = found;
        let found = believed(text, found.to_vec(), self.confirm, &self.shared_types);
        for found in found {
            let user = found.origin == Origin::User;
            if !user && !self.takes(&found.kind) {
                if found.origin == Origin::Pattern {
                    whole.push(found.range);
                }
                continue;
            }
            let sure =
                found.origin != Origin::Head || found.score >= self.threshold_of(&found.kind);
            let side = if sure { &mut chosen } else { &mut left };
            side.push(found);
        }
        let listed = self.listed(text, all, &chosen);
        chosen.extend(listed);
        if self.everywhere {
            let names = chosen.len();
            self.repeat(text, &mut chosen);
            let repeated = chosen.split_off(names);
            whole.sort_by_key(|range| range.start);
            chosen.extend(repeated.into_iter().filter(|found| {
                let next = whole.partition_point(|own| own.end <= found.range.start);
                whole
                    .get(next)
                    .is_none_or(|own| own.start >= found.range.end)
            }));
        }
        let kept = |found: &Found| {
            let placed = |range: &Range<usize>| {
                range.start < found.range.end && found.range.start < range.end
            };
            found.origin != Origin::User
                && (keep.has(&text[found.range.clone()]) || self.keep_at.iter().any(placed))
        };
        let chosen: Vec<Found> = join(text, &chosen)
            .into_iter()
            .filter(|found| !kept(found))
            .collect();
        // What a surer span covers is not left.
        let is_hidden = |range: &Range<usize>| {
            let next = chosen.partition_point(|own| own.range.end <= range.start);
            chosen
                .get(next)
                .is_some_and(|own| own.range.start <= range.start && range.end <= own.range.end)
        };
        let mut left = join(text, &left);
        left.retain(|found| !kept(found) && !is_hidden(&found.range));
        (chosen, left)
    }

    /// The values of the list, each of the type that was found for it somewhere
    /// in the text. Those in an address or number that is taken out as a whole
    /// are left to that.
    fn listed(&self, text: &str, all: &[Found], chosen: &[Found]) -> Vec<Found> {
        if self.always.is_empty() {
            return Vec::new();
        }
        let always = Phrases::new(self.always.iter().map(String::as_str));
        let mut kinds: HashMap<String, &str> = HashMap::new();
        for found in all {
            let value = text[found.range.clone()].trim().to_lowercase();
            kinds.entry(value).or_insert(&found.kind);
        }
        let patterns = chosen
            .iter()
            .filter(|found| found.origin == Origin::Pattern);
        let mut around: Vec<Range<usize>> = patterns.map(|found| found.range.clone()).collect();
        around.sort_by_key(|range| range.start);
        // Up to each, how far any of them reaches.
        let mut reached = 0;
        for range in &mut around {
            reached = reached.max(range.end);
            range.end = reached;
        }
        let is_within = |own: &Range<usize>| {
            let next = around.partition_point(|range| range.start <= own.start);
            next.checked_sub(1)
                .is_some_and(|last| around[last].end >= own.end)
        };
        let found = always.find(text).filter(|(range, _)| !is_within(range));
        let found = found.map(|(range, place)| {
            // "ann.lee" is "Ann Lee", too.
            let own = kinds.get(&text[range.clone()].to_lowercase());
            let listed = || kinds.get(&self.always[place].trim().to_lowercase());
            Found {
                kind: own.or_else(listed).map_or(LISTED, |kind| kind).to_owned(),
                range,
                score: 1.0,
                origin: Origin::User,
            }
        });
        found.collect()
    }

    /// Names that were found are looked for in the rest of the text.
    fn repeat(&self, text: &str, found: &mut Vec<Found>) {
        let is_name = |found: &&Found| found.kind == "PERSON" && found.origin != Origin::Pattern;
        let names: Vec<Found> = join(
            text,
            &found.iter().filter(is_name).cloned().collect::<Vec<_>>(),
        );
        let mut values: Vec<(&str, f32)> = Vec::new();
        let mut seen = HashSet::new();
        for name in &names {
            let value = &text[name.range.clone()];
            // One short word, or one in small letters, may be any other word.
            let long = value.chars().filter(|c| c.is_alphabetic()).count() > 3;
            let several = value.contains(char::is_whitespace);
            if long && (several || value.starts_with(char::is_uppercase)) && seen.insert(value) {
                values.push((value, name.score));
            }
        }
        let phrases = Phrases::new(values.iter().map(|(value, _)| *value));
        for (range, place) in phrases.find(text) {
            let (value, score) = values[place];
            let several = value.contains(char::is_whitespace);
            let here = &text[range.clone()];
            if several || here == value || here.chars().all(|c| !c.is_lowercase()) {
                found.push(Found {
                    range,
                    kind: "PERSON".to_owned(),
                    score,
                    origin: Origin::Repeated,
                });
            }
        }
    }
}
