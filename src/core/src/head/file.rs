//! A head's file: safetensors with one metadata key, `nerite`: JSON with
//! `"format": "head"`, `"version"`, and the fields of [`HeadConfig`]; the
//! tensors are those of [`HeadConfig::tensors`].
//!
//! The matrices of projection and LSTM are I8 `[outputs, inputs]`, with a scale
//! per output in `<name>.scale` F32; certain fours of neighbouring integers
//! have bounded sums, as in an encoder. The tables of word features and vectors
//! are I8 with a scale per row. All other numbers are F32. A head with vectors
//! of words has their hashes in `vectors.words` U32 `[words]`, and the numbers of
//! their parts in `vectors.codes` U8 `[words, parts]`.

use std::collections::HashMap;
use std::sync::Arc;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use super::config::{HeadConfig, Stored, Unit};
use super::entity_calibration::EntityCalibration;
use super::vectors::{WordVectors, check_vectors};
use super::{HeadError, HeadTensor};
use crate::int8::{Packed, Rows, fours_fit, limit_fours};

const FORMAT: &str = "head";
/// Of a head of words, of one of pieces, of one of words that has vectors, and
/// of the first two where the calibration of entities bends or has a threshold:
/// an engine that does not know of pieces, vectors, bends or thresholds must not
/// take such a head for another. Released ones that know of vectors know of all.
const VERSIONS: [u32; 5] = [1, 2, 3, 4, 5];
/// The hashes of a head's words that have vectors, and their parts.
const VECTORS: [&str; 2] = ["vectors.words", "vectors.codes"];
const METADATA_KEY: &str = "nerite";

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: String,
    version: u32,
    #[serde(flatten)]
    config: HeadConfig,
}

/// The tensors of a head, checked.
#[derive(Default)]
pub(super) struct Tensors {
    numbers: HashMap<&'static str, Vec<f32>>,
    rows: HashMap<&'static str, Rows>,
}

impl Tensors {
    /// A tensor of numbers that the configuration asks for.
    ///
    /// # Panics
    ///
    /// If it does not, or if the tensor was taken before.
    pub(super) fn take(&mut self, name: &str) -> Vec<f32> {
        self.numbers.remove(name).expect("checked to be there")
    }

    /// A table that the configuration asks for.
    ///
    /// # Panics
    ///
    /// As [`Tensors::take`].
    pub(super) fn take_rows(&mut self, name: &str) -> Rows {
        self.rows.remove(name).expect("checked to be there")
    }

    /// Matrices that the configuration asks for, packed side by side, each
    /// with its bias.
    ///
    /// # Panics
    ///
    /// As [`Tensors::take`], or if there are not as many inputs to each.
    pub(super) fn pack(&mut self, parts: &[(&str, Vec<f32>)]) -> Packed {
        let outputs = parts.iter().map(|(_, bias)| bias.len()).sum();
        let mut packed = Packed::default();
        let mut first = 0;
        for (name, bias) in parts {
            let rows = self.take_rows(name);
            let inputs = rows.weight.len() / rows.scale.len();
            if first == 0 {
                packed = Packed::new(outputs, inputs);
            }
            for (output, row) in rows.weight.chunks_exact(inputs).enumerate() {
                packed.set(first + output, row);
            }
            packed.set_scales(first, &rows.scale);
            packed.set_biases(first, bias);
            first += bias.len();
        }
        packed
    }
}

/// The file of a head with these numbers, in the order of
/// [`HeadConfig::tensors`]. The same head gives the same bytes. Matrices of the
/// projection and the LSTM and the table of word features are rounded to int8.
///
/// # Errors
///
/// [`HeadError::Contents`] for lengths that do not fit the configuration or
/// numbers that are not finite.
pub fn head_file(config: &HeadConfig, numbers: &[Vec<f32>]) -> Result<Vec<u8>, HeadError> {
    let tensors = config.tensors()?;
    if tensors.len() != numbers.len() {
        return Err(HeadError::Contents(format!(
            "found {} tensors, expected {}",
            numbers.len(),
            tensors.len()
        )));
    }
    let mut parts: Vec<(String, Vec<usize>, Dtype, Vec<u8>)> = Vec::new();
    let mut add = |name: String, shape: &[usize], dtype, bytes| {
        parts.push((name, shape.to_vec(), dtype, bytes));
    };
    for (tensor, values) in tensors.iter().zip(numbers) {
        let HeadTensor {
            name,
            shape,
            stored,
        } = tensor;
        let expected: usize = shape.iter().product();
        if values.len() != expected {
            return Err(HeadError::Contents(format!(
                "found {} numbers of {name}, expected {shape:?}",
                values.len()
            )));
        }
        if let Some(x) = values.iter().find(|x| !x.is_finite()) {
            return Err(HeadError::Contents(format!(
                "found {x} in {name}, expected finite numbers"
            )));
        }
        let floats = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let (rows, shape) = match stored {
            Stored::Numbers => {
                add((*name).to_owned(), shape, Dtype::F32, floats(values));
                continue;
            }
            Stored::Table => (Rows::quantize(values, shape[1]), shape.clone()),
            Stored::Matrix => {
                let (inputs, outputs) = (shape[0], shape[1]);
                let place = |at: usize| at % inputs * outputs + at / inputs;
                let transposed: Vec<f32> = (0..values.len()).map(|at| values[place(at)]).collect();
                let mut rows = Rows::quantize(&transposed, inputs);
                rows.weight.chunks_exact_mut(inputs).for_each(limit_fours);
                (rows, vec![outputs, inputs])
            }
        };
        add(scale(name), &shape[..1], Dtype::F32, floats(&rows.scale));
        let bytes = rows.weight.iter().map(|&x| x as u8).collect();
        add((*name).to_owned(), &shape, Dtype::I8, bytes);
    }
    if let Some(vectors) = &config.vectors {
        let [words, codes] = VECTORS.map(str::to_owned);
        let hashes = vectors.hashes().iter().flat_map(|hash| hash.to_le_bytes());
        let shape = [vectors.words(), vectors.parts()];
        add(words, &shape[..1], Dtype::U32, hashes.collect());
        add(codes, &shape, Dtype::U8, vectors.codes().to_vec());
    }
    let views = parts.iter().map(|(name, shape, dtype, bytes)| {
        let view = TensorView::new(*dtype, shape.clone(), bytes);
        (name, view.expect("as many bytes as the shape asks for"))
    });
    let bytes = safetensors::serialize(views, Some(metadata(config)))?;
    read(&bytes)?;
    Ok(bytes)
}

/// The numbers of a head's file, in the order of [`HeadConfig::tensors`]: what
/// [`head_file`] was given, but for the rounding of matrices and tables.
///
/// # Errors
///
/// Bytes that are not a head, of another version, or inconsistent.
pub fn head_numbers(bytes: &[u8]) -> Result<(HeadConfig, Vec<Vec<f32>>), HeadError> {
    let (config, mut tensors) = read(bytes)?;
    let numbers = config.tensors()?.into_iter().map(|tensor| {
        let HeadTensor {
            name,
            shape,
            stored,
        } = tensor;
        if stored == Stored::Numbers {
            return tensors.take(name);
        }
        let rows = tensors.take_rows(name);
        let width = rows.weight.len() / rows.scale.len();
        let scaled = rows.weight.chunks_exact(width).zip(&rows.scale);
        let values: Vec<f32> = scaled
            .flat_map(|(row, &scale)| row.iter().map(move |&x| f32::from(x) * scale))
            .collect();
        if stored == Stored::Table {
            return values;
        }
        // `[outputs, inputs]` in the file.
        let (inputs, outputs) = (shape[0], shape[1]);
        let place = |at: usize| at % outputs * inputs + at / outputs;
        (0..values.len()).map(|at| values[place(at)]).collect()
    });
    let numbers = numbers.collect();
    Ok((config, numbers))
}

/// The file of the same head, calibrated anew; its numbers keep their bytes.
///
/// # Errors
///
/// As [`head_numbers`], or a calibration out of range.
pub fn with_calibration(
    bytes: &[u8],
    temperature: f32,
    entity_calibration: Option<EntityCalibration>,
) -> Result<Vec<u8>, HeadError> {
    let (mut config, _) = read(bytes)?;
    config.temperature = temperature;
    config.entity_calibration = entity_calibration;
    let file = SafeTensors::deserialize(bytes)?;
    let bytes = safetensors::serialize(file.tensors(), Some(metadata(&config)))?;
    read(&bytes)?;
    Ok(bytes)
}

/// Reads a head's file.
pub(super) fn read(bytes: &[u8]) -> Result<(HeadConfig, Tensors), HeadError> {
    let (_, header) = SafeTensors::read_metadata(bytes)?;
    let metadata = header
        .metadata()
        .as_ref()
        .and_then(|metadata| metadata.get(METADATA_KEY));
    let json = metadata
        .ok_or_else(|| HeadError::Contents("found no Nerite metadata, expected a head's".into()))?;
    let Metadata {
        format,
        version,
        mut config,
    } = serde_json::from_str(json).map_err(|error| HeadError::Contents(error.to_string()))?;
    let has_vectors = version == VERSIONS[2];
    let expected = match has_vectors {
        true => version,
        false => self::version(&config),
    };
    if format != FORMAT || version != expected {
        return Err(HeadError::Contents(format!(
            "found {} version {version}, expected {FORMAT} version {expected}",
            format.escape_debug()
        )));
    }
    // Before any memory is taken: a tensor of another shape is refused, so
    // that the file's own length bounds what its numbers need.
    let file = SafeTensors::deserialize(bytes)?;
    if has_vectors {
        config.vectors = Some(Arc::new(vectors(&file)?));
    }
    let wanted = config.tensors()?;
    let mut tensors = Tensors::default();
    for tensor in wanted {
        let HeadTensor {
            name,
            mut shape,
            stored,
        } = tensor;
        if stored == Stored::Numbers {
            tensors.numbers.insert(name, floats(&file, name, &shape)?);
            continue;
        }
        if stored == Stored::Matrix {
            shape.reverse();
        }
        let rows = Rows {
            weight: data(&file, name, &shape, Dtype::I8)?
                .iter()
                .map(|&byte| byte as i8)
                .collect(),
            scale: floats(&file, &scale(name), &shape[..1])?,
        };
        if stored == Stored::Matrix && !rows.weight.chunks_exact(shape[1]).all(fours_fit) {
            return Err(HeadError::Contents(format!(
                "found integers in {name} that overflow 16 bits"
            )));
        }
        tensors.rows.insert(name, rows);
    }
    Ok((config, tensors))
}

/// What the header of a head's file says beside its tensors.
fn metadata(config: &HeadConfig) -> HashMap<String, String> {
    let metadata = Metadata {
        format: FORMAT.into(),
        version: version(config),
        config: config.clone(),
    };
    let json = serde_json::to_string(&metadata).expect("a head's configuration is plain data");
    HashMap::from([(METADATA_KEY.to_owned(), json)])
}

fn version(config: &HeadConfig) -> u32 {
    let differs = |own: EntityCalibration| own.bend != 0.0 || own.threshold != 0.0;
    match (
        config.unit(),
        config.entity_calibration.is_some_and(differs),
    ) {
        (Unit::Words, _) if config.vectors.is_some() => VERSIONS[2],
        (Unit::Words, false) => VERSIONS[0],
        (Unit::Pieces, false) => VERSIONS[1],
        (Unit::Words, true) => VERSIONS[3],
        (Unit::Pieces, true) => VERSIONS[4],
    }
}

fn vectors(file: &SafeTensors<'_>) -> Result<WordVectors, HeadError> {
    let [words, codes] = VECTORS;
    let shape = file.tensor(codes)?.shape().to_vec();
    let &[count, parts] = shape.as_slice() else {
        return Err(HeadError::Contents(format!(
            "found {codes} of shape {shape:?}, expected words and parts"
        )));
    };
    check_vectors(count, parts)?;
    let hashes = data(file, words, &[count], Dtype::U32)?.chunks_exact(4);
    let hashes = hashes.map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
    let codes = data(file, codes, &shape, Dtype::U8)?;
    WordVectors::from_parts(hashes.collect(), codes.to_vec())
}

/// The name of an integer tensor's scales.
fn scale(name: &str) -> String {
    format!("{name}.scale")
}

fn data<'a>(
    file: &SafeTensors<'a>,
    name: &str,
    shape: &[usize],
    dtype: Dtype,
) -> Result<&'a [u8], HeadError> {
    let tensor = file.tensor(name)?;
    if tensor.shape() != shape {
        return Err(HeadError::Contents(format!(
            "found {name} of shape {:?}, expected {shape:?}",
            tensor.shape()
        )));
    }
    if tensor.dtype() != dtype {
        return Err(HeadError::Contents(format!(
            "found {name} as {:?}, expected {dtype:?}",
            tensor.dtype()
        )));
    }
    Ok(tensor.data())
}

fn floats(file: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, HeadError> {
    let data = data(file, name, shape, Dtype::F32)?;
    let four = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
    let numbers: Vec<f32> = data.chunks_exact(4).map(four).collect();
    if numbers.iter().all(|x| x.is_finite()) {
        Ok(numbers)
    } else {
        Err(HeadError::Contents(format!(
            "found a number in {name} that is not finite"
        )))
    }
}
