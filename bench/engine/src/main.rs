//! Nerite's encoder, natively, for `scripts/bench`:
//!
//! ```text
//! bench-engine quantize FOLDER OUT        a checkpoint (config.json, model.safetensors) to a quantized encoder
//! bench-engine time ENCODER THREADS BATCH LENGTH
//!                                         times one batch for every line that it reads, and answers in JSON
//! bench-engine states ENCODER IDS OUT     hidden states of all layers; IDS: JSON, a list of lists
//! ```
#![cfg(not(target_arch = "wasm32"))]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use cpu_time::ProcessTime;
use nerite::{Config, Encoder, EncoderError, Weights, Workspace, quantize};
use safetensors::SafeTensors;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["quantize", folder, out] => quantize_folder(folder.as_ref(), out.as_ref()),
        ["time", encoder, threads, batch, length] => time(
            &read(encoder)?,
            threads.parse()?,
            batch.parse()?,
            length.parse()?,
        ),
        ["states", encoder, ids, out] => states(&read(encoder)?, ids.as_ref(), out.as_ref()),
        _ => Err("expected quantize, time or states; see the source".into()),
    }
}

fn read(encoder: &str) -> Result<Encoder, Box<dyn Error>> {
    Ok(Encoder::from_bytes(&std::fs::read(encoder)?)?)
}

struct Checkpoint<'a>(SafeTensors<'a>);

impl Weights for Checkpoint<'_> {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.0.tensor(name).ok()?.shape().to_vec())
    }

    fn read(&self, name: &str) -> Result<Vec<f32>, EncoderError> {
        let tensor = self.0.tensor(name);
        let tensor = tensor.map_err(|error| EncoderError::Tensor(error.to_string()))?;
        let four = |four: &[u8]| f32::from_le_bytes(four.try_into().expect("four bytes"));
        Ok(tensor.data().chunks_exact(4).map(four).collect())
    }
}

fn quantize_folder(folder: &Path, out: &Path) -> Outcome {
    let config = std::fs::read_to_string(folder.join("config.json"))?;
    let config = Config::from_hugging_face(&config)?;
    let weights = std::fs::read(folder.join("model.safetensors"))?;
    let weights = Checkpoint(SafeTensors::deserialize(&weights)?);
    std::fs::write(out, quantize(&config, &weights, |_, _| {})?)?;
    Ok(())
}

/// Encodes a batch, on so many threads, for every line of standard input.
fn time(encoder: &Encoder, threads: usize, batch: usize, length: usize) -> Outcome {
    let config = encoder.config();
    let sequences: Vec<Vec<u32>> = (0..batch)
        .map(|row| {
            let id = |at: usize| (1000 + (row * 7919 + at * 104_729) % 20_000) as u32;
            (0..length).map(id).collect()
        })
        .collect();
    let sequences: Vec<&[u32]> = sequences.iter().map(Vec::as_slice).collect();
    // As the trainer does: every thread has sentences of its own.
    let shares: Vec<_> = sequences.chunks(batch.div_ceil(threads)).collect();
    let mut workspaces: Vec<_> = shares.iter().map(|_| Workspace::default()).collect();
    let mut run = || {
        std::thread::scope(|scope| {
            for (share, workspace) in shares.iter().zip(&mut workspaces) {
                scope.spawn(move || {
                    let states = encoder.encode(share, &[config.layers], workspace);
                    states.expect("ids are in the vocabulary");
                });
            }
        });
    };
    run();
    println!("{}", serde_json::json!({ "ready": encoder.backend() }));
    for line in std::io::stdin().lines() {
        line?;
        let (start, cpu) = (Instant::now(), ProcessTime::now());
        run();
        let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64());
        println!("{}", serde_json::json!({ "wall": wall, "cpu": cpu }));
    }
    Ok(())
}

/// Writes `[subwords, layers + 1, hidden]` in f32, one sequence after the other.
fn states(encoder: &Encoder, ids: &Path, out: &Path) -> Outcome {
    let sequences: Vec<Vec<u32>> = serde_json::from_slice(&std::fs::read(ids)?)?;
    let sequences: Vec<&[u32]> = sequences.iter().map(Vec::as_slice).collect();
    let layers: Vec<usize> = (0..=encoder.config().layers).collect();
    let states = encoder.encode(&sequences, &layers, &mut Workspace::default())?;
    let bytes: Vec<u8> = states.iter().flat_map(|x| x.to_le_bytes()).collect();
    Ok(std::fs::write(out, bytes)?)
}
