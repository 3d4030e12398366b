use nerite::Entities;

/// Types that one side alone has, with the number of their entities.
#[derive(Default)]
pub struct Apart {
    /// Those that the head finds, though the corpus has none.
    pub found: Vec<(String, u64)>,
    /// Those of the corpus that the head does not know.
    pub labelled: Vec<(String, u64)>,
}

impl Apart {
    /// Of the entities of a head that knows these types.
    pub(super) fn of(entities: &Entities, known: &[&str]) -> Self {
        let mut apart = Self::default();
        // Of a corpus without any entity, all that is found is meant to count.
        if entities.strict.all.support == 0 {
            return apart;
        }
        for (kind, scores) in &entities.strict.by_type {
            let counts = entities.exact.by_type.get(kind).map(|own| own.counts);
            let found = counts.map_or(0, |own| own.correct + own.incorrect + own.spurious);
            if scores.support == 0 && found > 0 {
                apart.found.push((kind.clone(), found));
            } else if scores.support > 0 && !known.contains(&kind.as_str()) {
                apart.labelled.push((kind.clone(), scores.support));
            }
        }
        apart
    }
}
