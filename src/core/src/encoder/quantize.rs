//! Full-precision weights to the quantized encoder's file.

use super::calibrated::Statistics;
use super::huggingface::{AsBert, POSITIONS, TOKEN_TYPES, Weights};
use super::quantized::{Matrix, Writer};
use super::{Config, EncoderError};

/// Quantizes an encoder; the result is the file described in the module
/// `quantized`. The same weights give the same bytes on every machine.
/// `progress` is called with the steps done and their total.
///
/// # Errors
///
/// A tensor that is missing, of another shape, or not finite.
pub fn quantize(
    config: &Config,
    weights: &dyn Weights,
    progress: impl FnMut(usize, usize),
) -> Result<Vec<u8>, EncoderError> {
    write(config, weights, None, progress)
}

/// What [`quantize`] does, fitted to the `statistics` of the layers' inputs.
pub(super) fn write(
    config: &Config,
    weights: &dyn Weights,
    statistics: Option<&Statistics>,
    mut progress: impl FnMut(usize, usize),
) -> Result<Vec<u8>, EncoderError> {
    config.check()?;
    let source = AsBert::new(config, weights);
    let Config {
        hidden,
        window,
        vocabulary,
        ..
    } = *config;
    let width = config.embedding_width();
    let mut file = Writer::new(config);
    progress(0, config.layers + 1);
    let words = source.tensor("embeddings.word_embeddings.weight", &[vocabulary, width])?;
    file.rows("embeddings.word", &words, width);
    // Every subword has the first token type, so its embedding and a
    // position's are only ever needed as a sum.
    let mut positions = source.tensor(POSITIONS, &[window, width])?;
    let token_type = source.tensor(TOKEN_TYPES, &[1, width])?;
    for row in positions.chunks_exact_mut(width) {
        row.iter_mut().zip(&token_type).for_each(|(x, t)| *x += t);
    }
    file.rows("embeddings.position", &positions, width);
    let norm = |file: &mut Writer, own: &str, name: &str, width| -> Result<(), EncoderError> {
        for part in ["weight", "bias"] {
            let values = source.tensor(&format!("{name}.{part}"), &[width])?;
            file.floats(format!("{own}.{part}"), &values);
        }
        Ok(())
    };
    norm(&mut file, "embeddings.norm", "embeddings.LayerNorm", width)?;
    if config.embedding.is_some() {
        let weight = source.tensor("embeddings_project.weight", &[hidden, width])?;
        file.matrix("embeddings.projection", &weight, width, None);
        let bias = source.tensor("embeddings_project.bias", &[hidden])?;
        file.floats("embeddings.projection.bias".into(), &bias);
    }
    for layer in 0..config.layers {
        progress(layer + 1, config.layers + 1);
        let (own, name) = (format!("layers.{layer}"), format!("encoder.layer.{layer}"));
        let statistics = statistics.map(|all| &all.layers[layer]);
        for (matrix, bert) in [
            (Matrix::Query, "attention.self.query"),
            (Matrix::Key, "attention.self.key"),
            (Matrix::Value, "attention.self.value"),
            (Matrix::Output, "attention.output.dense"),
            (Matrix::Expand, "intermediate.dense"),
            (Matrix::Contract, "output.dense"),
        ] {
            let (outputs, inputs) = matrix.shape(config);
            let file_name = format!("{own}.{}", matrix.name());
            let mut weight = source.tensor(&format!("{name}.{bert}.weight"), &[outputs, inputs])?;
            let mut bias = source.tensor(&format!("{name}.{bert}.bias"), &[outputs])?;
            if let Some(statistics) = statistics {
                statistics.move_factors(matrix, &mut weight, &mut bias);
            }
            let known = statistics.map(|own| own.inputs(matrix));
            file.matrix(&file_name, &weight, inputs, known);
            file.floats(format!("{file_name}.bias"), &bias);
            if let (Some((_, factors)), Some(name)) = (known, matrix.factors_name()) {
                file.floats(format!("{own}.{name}"), factors);
            }
        }
        norm(
            &mut file,
            &format!("{own}.attention.norm"),
            &format!("{name}.attention.output.LayerNorm"),
            hidden,
        )?;
        norm(
            &mut file,
            &format!("{own}.feedforward.norm"),
            &format!("{name}.output.LayerNorm"),
            hidden,
        )?;
    }
    progress(config.layers + 1, config.layers + 1);
    file.finish()
}
