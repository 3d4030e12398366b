//! Heads, and their scores as the definition has them, in f64.

use std::sync::Arc;

use super::*;
use crate::tags::TagSet;

pub(super) fn linear() -> HeadConfig {
    let tags = TagSet::new(["B-per", "I-per", "O"]).unwrap();
    HeadConfig {
        temperature: 2.0,
        ..HeadConfig::linear(tags, vec![1], 2, "00")
    }
}

/// A head with everything that a head can have.
pub(super) fn full() -> HeadConfig {
    HeadConfig {
        kind: HeadKind::Context,
        layers: vec![0, 2],
        mix: true,
        lexicon: Some(Lexicon {
            buckets: 10,
            width: 3,
        }),
        vectors: Some(Arc::new(
            WordVectors::new(2, [("bush", vec![3, 200]), ("said", vec![0, 255])]).unwrap(),
        )),
        projection: 5,
        units: 4,
        transitions: true,
        decoder: Decoder::Rules,
        ..linear()
    }
}

/// Numbers for every tensor.
pub(super) fn numbers(config: &HeadConfig) -> Vec<Vec<f32>> {
    let tensors = config.tensors().unwrap();
    let mut next = 0;
    let mut number = || {
        next += 1;
        ((next * 37) % 64) as f32 / 32.0 - 1.0
    };
    tensors
        .iter()
        .map(|tensor| (0..tensor.len()).map(|_| number()).collect())
        .collect()
}

pub(super) fn head(config: &HeadConfig) -> Head {
    Head::from_bytes(&head_file(config, &numbers(config)).unwrap()).unwrap()
}

/// `values` in int8 with one scale, as numbers again.
pub(super) fn stored(values: &[f32]) -> Vec<f32> {
    let greatest = values.iter().fold(0.0f32, |all, x| all.max(x.abs()));
    let scale = greatest / 127.0;
    let stored = |x: &f32| (x / scale).round_ties_even() * scale;
    values.iter().map(stored).collect()
}

/// An output's weights, quantized, as numbers again.
pub(super) fn weights(column: &[f32]) -> Vec<f32> {
    let scale = column.iter().fold(0.0f32, |all, x| all.max(x.abs())) / 127.0;
    let mut integers: Vec<i8> = column
        .iter()
        .map(|x| (x / scale).round_ties_even() as i8)
        .collect();
    crate::int8::limit_fours(&mut integers);
    integers.iter().map(|&x| f32::from(x) * scale).collect()
}

/// `x` in seven bits over its range, which includes 0, as numbers again.
pub(super) fn seven_bits(x: &[f64]) -> Vec<f64> {
    let low = x.iter().copied().fold(0.0, f64::min);
    let spread = x.iter().copied().fold(0.0, f64::max) - low;
    let scale = spread / 127.0;
    let zero = (-low / scale).round_ties_even();
    let quantized =
        |x: &f64| ((x / scale + zero).round_ties_even().clamp(0.0, 127.0) - zero) * scale;
    if scale == 0.0 {
        x.to_vec()
    } else {
        x.iter().map(quantized).collect()
    }
}

/// `x` `[n]` times `w` `[n, m]`, both quantized.
pub(super) fn product(x: &[f64], w: &[f32]) -> Vec<f64> {
    let outputs = w.len() / x.len();
    let x = seven_bits(x);
    (0..outputs)
        .map(|output| {
            let column: Vec<f32> = w.iter().skip(output).step_by(outputs).copied().collect();
            x.iter()
                .zip(weights(&column))
                .map(|(x, w)| x * f64::from(w))
                .sum()
        })
        .collect()
}

pub(super) fn plus(mut x: Vec<f64>, y: &[f32]) -> Vec<f64> {
    x.iter_mut().zip(y).for_each(|(x, &y)| *x += f64::from(y));
    x
}

/// The scores of [`full`], written down from its definition, in f64.
pub(super) fn expected(config: &HeadConfig, words: &[&str], features: &[f32]) -> Vec<f64> {
    let tensors = config.tensors().unwrap();
    let numbers = numbers(config);
    let get = |name: &str| &numbers[tensors.iter().position(|t| t.name == name).unwrap()][..];
    let rows: Vec<Vec<f64>> = words
        .iter()
        .zip(features.chunks_exact(config.inputs()))
        .map(|(word, x)| {
            let mixed: Vec<f64> = (0..config.hidden)
                .map(|at| {
                    let layers = x.chunks_exact(config.hidden).zip(get("mix"));
                    layers
                        .map(|(layer, &w)| f64::from(layer[at]) * f64::from(w))
                        .sum()
                })
                .collect();
            let mut row = plus(
                product(&mixed, get("projection.weight")),
                get("projection.bias"),
            );
            let lexicon = config.lexicon.unwrap();
            let mut table = vec![0.0; lexicon.width];
            for bucket in lexicon.rows(word) {
                let row = &get("lexicon")[bucket * lexicon.width..][..lexicon.width];
                for (sum, x) in table.iter_mut().zip(stored(row)) {
                    *sum += f64::from(x);
                }
            }
            let known = match *word {
                "Bush" => [3, 200],
                "said" => [0, 255],
                _ => [256, 256],
            };
            for (part, code) in known.into_iter().enumerate() {
                let at = (part * 257 + code) * lexicon.width;
                let row = &get("vectors")[at..][..lexicon.width];
                for (sum, x) in table.iter_mut().zip(stored(row)) {
                    *sum += f64::from(x);
                }
            }
            row.extend(table);
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / row.len() as f64;
            let scale = 1.0 / (variance + 1e-5).sqrt();
            let normal = row
                .iter()
                .zip(get("norm.weight"))
                .map(|(x, &w)| (x - mean) * scale * f64::from(w));
            plus(normal.collect(), get("norm.bias"))
        })
        .collect();
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let mut states = vec![Vec::new(); words.len()];
    for way in ["forward", "backward"] {
        let get = |part: &str| get(&format!("{way}.{part}"));
        let (mut state, mut cell) = (vec![0.0; config.units], vec![0.0; config.units]);
        let mut order: Vec<usize> = (0..words.len()).collect();
        if way == "backward" {
            order.reverse();
        }
        for word in order {
            let own = plus(product(&rows[word], get("input")), get("bias"));
            let past = product(&state, get("recurrent"));
            let gate = |part: usize, unit: usize| {
                own[part * config.units + unit] + past[part * config.units + unit]
            };
            for unit in 0..config.units {
                cell[unit] = sigmoid(gate(1, unit)) * cell[unit]
                    + sigmoid(gate(0, unit)) * gate(2, unit).tanh();
                state[unit] = sigmoid(gate(3, unit)) * cell[unit].tanh();
            }
            states[word].extend_from_slice(&state);
        }
    }
    let mut scores = Vec::new();
    for state in states {
        for (row, &bias) in get("weight").chunks_exact(state.len()).zip(get("bias")) {
            let dot: f64 = row.iter().zip(&state).map(|(&w, x)| f64::from(w) * x).sum();
            scores.push(dot + f64::from(bias));
        }
    }
    scores
}
