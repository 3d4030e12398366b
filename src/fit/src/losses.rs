//! The losses that heads are fitted to, and their gradients by the scores.

use nerite::{Transitions, exp};

/// What is known of the tags of some words: one each, or several that may be
/// right.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known<'a> {
    /// These, one per word.
    Tags(&'a [u32]),
    /// The allowed ones, `[words, tags]`, at least one per word.
    Allowed(&'a [bool]),
}

/// The sum over rows of the negative logarithm of the probability that the tag
/// is right, which is cross-entropy where one is known. Its gradient replaces
/// the `scores` `[words, tags]`.
pub(crate) fn cross_entropy(scores: &mut [f32], tags: usize, known: Known<'_>) -> f32 {
    let mut loss = 0.0;
    for (word, row) in scores.chunks_exact_mut(tags).enumerate() {
        let greatest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if let Known::Tags(gold) = known {
            loss -= row[gold[word] as usize] - greatest;
        }
        row.iter_mut().for_each(|x| *x = exp(*x - greatest));
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|x| *x /= sum);
        match known {
            Known::Tags(gold) => {
                loss += sum.ln();
                row[gold[word] as usize] -= 1.0;
            }
            Known::Allowed(allowed) => {
                let allowed = &allowed[word * tags..][..tags];
                let pairs = row.iter().zip(allowed);
                let right: f32 = pairs.filter(|(_, allowed)| **allowed).map(|(x, _)| x).sum();
                // Probabilities too small to be told from 0 are as small.
                let right = right.max(f32::MIN_POSITIVE);
                loss -= right.ln();
                for (x, allowed) in row.iter_mut().zip(allowed) {
                    if *allowed {
                        *x -= *x / right;
                    }
                }
            }
        }
    }
    loss
}

/// The negative log-likelihood of what is known of one sentence's tags under
/// transitions (a linear-chain conditional random field); where several tags
/// are allowed, of all sequences of them together (Tsuboi et al., "Training
/// Conditional Random Fields Using Incomplete Annotations", 2008). Its gradient
/// replaces `scores` `[words, tags]` and is added to `gradient`.
pub(crate) fn sequence(
    scores: &mut [f32],
    known: Known<'_>,
    transitions: &Transitions,
    gradient: &mut Transitions,
) -> f32 {
    if scores.is_empty() {
        return 0.0;
    }
    match known {
        Known::Tags(gold) => log_partition(scores, Some(gold), None, transitions, gradient),
        Known::Allowed(allowed) => {
            let mut right = scores.to_vec();
            let mut by_right = Transitions::none(transitions.start.len());
            let all = log_partition(scores, None, None, transitions, gradient);
            let own = log_partition(&mut right, None, Some(allowed), transitions, &mut by_right);
            subtract(scores, &right);
            subtract(&mut gradient.start, &by_right.start);
            subtract(&mut gradient.end, &by_right.end);
            subtract(&mut gradient.between, &by_right.between);
            all - own
        }
    }
}

/// The logarithm of the sum over sequences (of `allowed` tags, if given) of e
/// to their scores, less the score of `gold`, if given. Its gradient replaces
/// `scores`, which are not empty, and is added to `gradient`.
fn log_partition(
    scores: &mut [f32],
    gold: Option<&[u32]>,
    allowed: Option<&[bool]>,
    transitions: &Transitions,
    gradient: &mut Transitions,
) -> f32 {
    let tags = transitions.start.len();
    let words = scores.len() / tags;
    let mut loss = 0.0;
    if let Some(gold) = gold {
        let (first, last) = (gold[0] as usize, gold[words - 1] as usize);
        loss = -transitions.start[first] - transitions.end[last];
        for (row, &gold) in scores.chunks_exact(tags).zip(gold) {
            loss -= row[gold as usize];
        }
        for pair in gold.windows(2) {
            loss -= transitions.between[pair[0] as usize * tags + pair[1] as usize];
        }
    }
    if let Some(allowed) = allowed {
        for (score, _) in scores
            .iter_mut()
            .zip(allowed)
            .filter(|(_, allowed)| !**allowed)
        {
            *score = f32::NEG_INFINITY;
        }
    }
    // e to everything, over the greatest of its row; what is left out is
    // added to the loss, the partition function's logarithm.
    let mut weights = |scores: &[f32], times: usize| -> Vec<f32> {
        let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        loss += greatest * times as f32;
        scores.iter().map(|score| exp(score - greatest)).collect()
    };
    let start = weights(&transitions.start, 1);
    let end = weights(&transitions.end, 1);
    let between = weights(&transitions.between, words - 1);
    let seen: Vec<f32> = scores
        .chunks_exact(tags)
        .flat_map(|row| weights(row, 1))
        .collect();
    let mut forward: Vec<f32> = seen[..tags]
        .iter()
        .zip(&start)
        .map(|(a, b)| a * b)
        .collect();
    loss += normalize(&mut forward).ln();
    for word in 1..words {
        let mut row = vec![0.0; tags];
        for (from, weight) in forward[(word - 1) * tags..].iter().enumerate() {
            for (to, b) in row.iter_mut().zip(&between[from * tags..]) {
                *to += weight * b;
            }
        }
        for (to, seen) in row.iter_mut().zip(&seen[word * tags..]) {
            *to *= seen;
        }
        loss += normalize(&mut row).ln();
        forward.extend(row);
    }
    let mut after = end;
    let total: f32 = forward[(words - 1) * tags..]
        .iter()
        .zip(&after)
        .map(|(a, b)| a * b)
        .sum();
    loss += total.ln();
    for word in (0..words).rev() {
        let marginals = &mut scores[word * tags..][..tags];
        for ((marginal, a), b) in marginals
            .iter_mut()
            .zip(&forward[word * tags..])
            .zip(&after)
        {
            *marginal = a * b;
        }
        normalize(marginals);
        if let Some(gold) = gold {
            marginals[gold[word] as usize] -= 1.0;
        }
        if word == 0 {
            add(&mut gradient.start, marginals);
        }
        if word + 1 == words {
            add(&mut gradient.end, marginals);
        }
        if word > 0 {
            let past = &forward[(word - 1) * tags..][..tags];
            let next: Vec<f32> = after
                .iter()
                .zip(&seen[word * tags..])
                .map(|(a, b)| a * b)
                .collect();
            let mut pairs = Vec::with_capacity(tags * tags);
            for (from, weight) in past.iter().enumerate() {
                let between = &between[from * tags..][..tags];
                pairs.extend(between.iter().zip(&next).map(|(b, next)| weight * b * next));
                after[from] = between.iter().zip(&next).map(|(b, next)| b * next).sum();
            }
            normalize(&mut pairs);
            normalize(&mut after);
            add(&mut gradient.between, &pairs);
            if let Some(gold) = gold {
                let pair = gold[word - 1] as usize * tags + gold[word] as usize;
                gradient.between[pair] -= 1.0;
            }
        }
    }
    loss
}

fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, x) in sums.iter_mut().zip(values) {
        *sum += x;
    }
}

fn subtract(sums: &mut [f32], values: &[f32]) {
    for (sum, x) in sums.iter_mut().zip(values) {
        *sum -= x;
    }
}

/// Makes the sum 1; what it was.
fn normalize(row: &mut [f32]) -> f32 {
    let sum: f32 = row.iter().sum();
    row.iter_mut().for_each(|x| *x /= sum);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: usize = 3;

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count)
            .map(|i| ((i * 29 + seed * 17) % 23) as f32 / 8.0 - 1.4)
            .collect()
    }

    fn transitions() -> Transitions {
        Transitions {
            between: numbers(TAGS * TAGS, 1),
            start: numbers(TAGS, 2),
            end: numbers(TAGS, 3),
        }
    }

    /// The loss by adding up every sequence, and every allowed one.
    fn by_hand(scores: &[f32], allowed: &[bool], transitions: &Transitions) -> f64 {
        let words = scores.len() / TAGS;
        let mut sums = [0.0; 2];
        for number in 0..TAGS.pow(words as u32) {
            let sequence: Vec<usize> = (0..words as u32)
                .map(|w| number / TAGS.pow(w) % TAGS)
                .collect();
            let mut score = transitions.start[sequence[0]] + transitions.end[sequence[words - 1]];
            for (word, &tag) in sequence.iter().enumerate() {
                score += scores[word * TAGS + tag];
                if word > 0 {
                    score += transitions.between[sequence[word - 1] * TAGS + tag];
                }
            }
            let weight = f64::from(score).exp();
            let right = |(word, &tag): (usize, &usize)| allowed[word * TAGS + tag];
            sums[0] += weight;
            if sequence.iter().enumerate().all(right) {
                sums[1] += weight;
            }
        }
        sums[0].ln() - sums[1].ln()
    }

    fn of_gold(gold: &[u32]) -> Vec<bool> {
        let row = |&gold: &u32| (0..TAGS as u32).map(move |tag| tag == gold);
        gold.iter().flat_map(row).collect()
    }

    #[test]
    fn sequences_lose_what_all_others_win() {
        let gold: [&[u32]; 3] = [&[2], &[0, 0], &[1, 0, 2, 2]];
        for gold in gold {
            check(Known::Tags(gold), &of_gold(gold));
        }
        let (yes, no) = (true, false);
        for allowed in [
            &[yes, yes, no][..],
            &[yes, yes, yes],
            &[no, yes, no, yes, no, yes, yes, no, no],
            &[yes, no, yes, yes, no, yes, no, yes, no, yes, yes, yes],
        ] {
            check(Known::Allowed(allowed), allowed);
        }
        let none = Transitions::none(TAGS);
        let nothing = sequence(&mut [], Known::Tags(&[]), &none, &mut none.clone());
        assert_eq!(nothing, 0.0);
    }

    /// Loss and gradients are those found by hand and by small differences.
    fn check(known: Known<'_>, allowed: &[bool]) {
        let scores = numbers(allowed.len(), 4);
        let mut gradient = scores.clone();
        let mut by_transitions = Transitions::none(TAGS);
        let loss = sequence(&mut gradient, known, &transitions(), &mut by_transitions);
        let expected = by_hand(&scores, allowed, &transitions());
        assert!(
            (f64::from(loss) - expected).abs() < 1e-5,
            "{loss} {expected}"
        );
        let by_difference = |change: &dyn Fn(f32) -> (Vec<f32>, Transitions)| {
            let loss = |by: f32| {
                let (scores, transitions) = change(by);
                by_hand(&scores, allowed, &transitions)
            };
            ((loss(1e-2) - loss(-1e-2)) / 2e-2) as f32
        };
        for (at, found) in gradient.iter().enumerate() {
            let expected = by_difference(&|by| {
                let mut scores = scores.clone();
                scores[at] += by;
                (scores, transitions())
            });
            assert!((found - expected).abs() < 1e-3, "{found} {expected}");
        }
        type Part = fn(&mut Transitions) -> &mut Vec<f32>;
        let parts: [Part; 3] = [|t| &mut t.between, |t| &mut t.start, |t| &mut t.end];
        for part in parts {
            let found = part(&mut by_transitions).clone();
            for (at, found) in found.into_iter().enumerate() {
                let expected = by_difference(&|by| {
                    let mut transitions = transitions();
                    part(&mut transitions)[at] += by;
                    (scores.clone(), transitions)
                });
                assert!((found - expected).abs() < 1e-3, "{found} {expected}");
            }
        }
    }

    #[test]
    fn without_transitions_words_stand_alone() {
        let gold = [1, 0, 2, 2];
        let mut allowed = of_gold(&gold);
        (allowed[0], allowed[8]) = (true, true);
        let none = Transitions::none(TAGS);
        for known in [Known::Tags(&gold), Known::Allowed(&allowed)] {
            let (mut alone, mut chained) = (numbers(12, 5), numbers(12, 5));
            let losses = [
                cross_entropy(&mut alone, TAGS, known),
                sequence(&mut chained, known, &none, &mut none.clone()),
            ];
            assert!((losses[0] - losses[1]).abs() < 1e-5, "{losses:?}");
            for (a, b) in alone.iter().zip(&chained) {
                assert!((a - b).abs() < 1e-6);
            }
        }
    }
}
