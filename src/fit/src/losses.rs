//! The losses that heads are fitted to, and their gradients by the scores.

use nerite::{Transitions, exp};

/// The sum over rows of cross-entropy, whose gradient replaces the `scores`
/// `[words, tags]`.
pub(crate) fn cross_entropy(scores: &mut [f32], gold: &[u32]) -> f32 {
    if gold.is_empty() {
        return 0.0;
    }
    let tags = scores.len() / gold.len();
    let mut loss = 0.0;
    for (row, &gold) in scores.chunks_exact_mut(tags).zip(gold) {
        let greatest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        loss -= row[gold as usize] - greatest;
        row.iter_mut().for_each(|x| *x = exp(*x - greatest));
        let sum: f32 = row.iter().sum();
        loss += sum.ln();
        row.iter_mut().for_each(|x| *x /= sum);
        row[gold as usize] -= 1.0;
    }
    loss
}

/// The negative log-likelihood of one sentence's tags under transitions (a
/// linear-chain conditional random field). Its gradient replaces `scores`
/// `[words, tags]` and is added to `gradient`.
pub(crate) fn sequence(
    scores: &mut [f32],
    gold: &[u32],
    transitions: &Transitions,
    gradient: &mut Transitions,
) -> f32 {
    let tags = transitions.start.len();
    let words = gold.len();
    let Some(&last) = gold.last() else {
        return 0.0;
    };
    let mut loss = -transitions.start[gold[0] as usize] - transitions.end[last as usize];
    for (row, &gold) in scores.chunks_exact(tags).zip(gold) {
        loss -= row[gold as usize];
    }
    for pair in gold.windows(2) {
        loss -= transitions.between[pair[0] as usize * tags + pair[1] as usize];
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
        marginals[gold[word] as usize] -= 1.0;
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
            let pair = gold[word - 1] as usize * tags + gold[word] as usize;
            gradient.between[pair] -= 1.0;
        }
    }
    loss
}

fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, x) in sums.iter_mut().zip(values) {
        *sum += x;
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

    /// The loss by adding up every sequence.
    fn by_hand(scores: &[f32], gold: &[u32], transitions: &Transitions) -> f64 {
        let words = gold.len();
        let score = |sequence: &[usize]| {
            let mut score = transitions.start[sequence[0]] + transitions.end[sequence[words - 1]];
            for (word, &tag) in sequence.iter().enumerate() {
                score += scores[word * TAGS + tag];
                if word > 0 {
                    score += transitions.between[sequence[word - 1] * TAGS + tag];
                }
            }
            f64::from(score)
        };
        let all: f64 = (0..TAGS.pow(words as u32))
            .map(|number| {
                let sequence: Vec<usize> = (0..words as u32)
                    .map(|w| number / TAGS.pow(w) % TAGS)
                    .collect();
                score(&sequence).exp()
            })
            .sum();
        let gold: Vec<usize> = gold.iter().map(|&tag| tag as usize).collect();
        all.ln() - score(&gold)
    }

    #[test]
    fn sequences_lose_what_all_others_win() {
        for gold in [&[2][..], &[0, 0], &[1, 0, 2, 2]] {
            let scores = numbers(gold.len() * TAGS, 4);
            let mut gradient = scores.clone();
            let mut by_transitions = Transitions::none(TAGS);
            let loss = sequence(&mut gradient, gold, &transitions(), &mut by_transitions);
            let expected = by_hand(&scores, gold, &transitions());
            assert!(
                (f64::from(loss) - expected).abs() < 1e-5,
                "{loss} {expected}"
            );
            let by_difference = |change: &dyn Fn(f32) -> (Vec<f32>, Transitions)| {
                let loss = |by: f32| {
                    let (scores, transitions) = change(by);
                    by_hand(&scores, gold, &transitions)
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
        let nothing = sequence(&mut [], &[], &transitions(), &mut Transitions::none(TAGS));
        assert_eq!(nothing, 0.0);
    }

    #[test]
    fn without_transitions_words_stand_alone() {
        let gold = [1, 0, 2, 2];
        let (mut alone, mut chained) = (numbers(12, 5), numbers(12, 5));
        let none = Transitions::none(TAGS);
        let losses = [
            cross_entropy(&mut alone, &gold),
            sequence(&mut chained, &gold, &none, &mut none.clone()),
        ];
        assert!((losses[0] - losses[1]).abs() < 1e-5, "{losses:?}");
        for (a, b) in alone.iter().zip(&chained) {
            assert!((a - b).abs() < 1e-6);
        }
    }
}
