use std::collections::BTreeSet;

use nerite::Entities;

/// Types that one side alone has, with the number of their entities.
#[derive(Default)]
pub struct Apart {
    /// Those that the head finds, though the corpus has none.
    pub found: Vec<(String, u64)>,
    /// Those of the corpus that the head does not know.
    pub labelled: Vec<(String, u64)>,
    /// The types of both.
    pub shared: Vec<String>,
}

impl Apart {
    /// Of the entities of a head that knows some types, in a part of a corpus
    /// that labels some.
    pub(super) fn of(entities: &Entities, known: &[&str], labelled: &[&str]) -> Self {
        let mut apart = Self::default();
        // Of a corpus without any entity, all that is found is meant to count.
        if labelled.is_empty() {
            return apart;
        }
        for (kind, scores) in &entities.strict.by_type {
            let counts = entities.exact.by_type.get(kind).map(|own| own.counts);
            let found = counts.map_or(0, |own| own.correct + own.incorrect + own.spurious);
            if found > 0 && !labelled.contains(&kind.as_str()) {
                apart.found.push((kind.clone(), found));
            }
            if scores.support > 0 && !known.contains(&kind.as_str()) {
                apart.labelled.push((kind.clone(), scores.support));
            }
        }
        let shared: BTreeSet<_> = labelled
            .iter()
            .filter(|kind| known.contains(kind))
            .collect();
        apart.shared = shared.into_iter().map(|kind| (*kind).to_owned()).collect();
        apart
    }
}
