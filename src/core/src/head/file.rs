//! A head's file: safetensors with one metadata key, `nerite`: JSON with
//! `"format": "head"`, `"version"`, and the fields of [`HeadConfig`]; the
//! tensors are those of [`HeadConfig::tensors`].
//!
//! Numbers are F32 or F16. The table of word features is I8, with a scale per
//! row in `lexicon.scale` F32.

use std::collections::HashMap;

use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use super::config::{HeadConfig, HeadKind};
use super::{HeadError, HeadTensor};

const FORMAT: &str = "head";
const VERSION: u32 = 1;
const METADATA_KEY: &str = "nerite";
const LEXICON: &str = "lexicon";
const LEXICON_SCALE: &str = "lexicon.scale";

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: String,
    version: u32,
    #[serde(flatten)]
    config: HeadConfig,
}

/// A table in int8, a scale per row.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) values: Vec<i8>,
    pub(super) scales: Vec<f32>,
}

/// The tensors of a head, checked.
#[derive(Default)]
pub(super) struct Tensors {
    numbers: HashMap<&'static str, Vec<f32>>,
    pub(super) lexicon: Table,
}

impl Tensors {
    /// A tensor that the configuration asks for.
    ///
    /// # Panics
    ///
    /// If it does not, or if the tensor was taken before.
    pub(super) fn take(&mut self, name: &str) -> Vec<f32> {
        self.numbers.remove(name).expect("checked to be there")
    }
}

/// The file of a head with these numbers, in the order of
/// [`HeadConfig::tensors`]. The same head gives the same bytes. A linear head
/// keeps F32; of the others, matrices are rounded to F16 and the table of
/// word features to int8.
///
/// # Errors
///
/// [`HeadError::Contents`] for lengths that do not fit the configuration or
/// numbers that are not finite, once rounded.
pub fn head_file(config: &HeadConfig, numbers: &[Vec<f32>]) -> Result<Vec<u8>, HeadError> {
    let tensors = config.tensors()?;
    if tensors.len() != numbers.len() {
        return Err(HeadError::Contents(format!(
            "found {} tensors, expected {}",
            numbers.len(),
            tensors.len()
        )));
    }
    let mut parts: Vec<(&str, Vec<usize>, Dtype, Vec<u8>)> = Vec::new();
    for (HeadTensor { name, shape }, values) in tensors.into_iter().zip(numbers) {
        let expected: usize = shape.iter().product();
        if values.len() != expected {
            return Err(HeadError::Contents(format!(
                "found {} numbers of {name}, expected {shape:?}",
                values.len()
            )));
        }
        if name == LEXICON {
            let (mut bytes, mut scales) = (Vec::new(), Vec::new());
            for row in values.chunks_exact(shape[1]) {
                let greatest = row.iter().fold(0.0f32, |all, x| all.max(x.abs()));
                let scale = greatest / 127.0;
                let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
                bytes.extend(row.iter().map(|x| (x * inverse).round() as i8 as u8));
                scales.extend(scale.to_le_bytes());
            }
            parts.push((LEXICON_SCALE, vec![shape[0]], Dtype::F32, scales));
            parts.push((LEXICON, shape, Dtype::I8, bytes));
        } else if config.kind != HeadKind::Linear && shape.len() == 2 {
            let halves = values.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes());
            parts.push((name, shape, Dtype::F16, halves.collect()));
        } else {
            let bytes = values.iter().flat_map(|x| x.to_le_bytes());
            parts.push((name, shape, Dtype::F32, bytes.collect()));
        }
    }
    let views = parts.iter().map(|(name, shape, dtype, bytes)| {
        let view = TensorView::new(*dtype, shape.clone(), bytes);
        (*name, view.expect("as many bytes as the shape asks for"))
    });
    let metadata = Metadata {
        format: FORMAT.into(),
        version: VERSION,
        config: config.clone(),
    };
    let json = serde_json::to_string(&metadata).expect("a head's configuration is plain data");
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), json)]);
    let bytes = safetensors::serialize(views, Some(metadata))?;
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
        config,
    } = serde_json::from_str(json).map_err(|error| HeadError::Contents(error.to_string()))?;
    if format != FORMAT || version != VERSION {
        return Err(HeadError::Contents(format!(
            "found {} version {version}, expected {FORMAT} version {VERSION}",
            format.escape_debug()
        )));
    }
    // Before any memory is taken: a tensor of another shape is refused, so
    // that the file's own length bounds what its numbers need.
    let wanted = config.tensors()?;
    let file = SafeTensors::deserialize(bytes)?;
    let mut tensors = Tensors::default();
    for HeadTensor { name, shape } in wanted {
        if name == LEXICON {
            let found = tensor(&file, LEXICON, &shape)?;
            if found.dtype() != Dtype::I8 {
                return Err(HeadError::Contents(format!(
                    "found {LEXICON} as {:?}, expected I8",
                    found.dtype()
                )));
            }
            tensors.lexicon = Table {
                values: found.data().iter().map(|&byte| byte as i8).collect(),
                scales: floats(&file, LEXICON_SCALE, &shape[..1])?,
            };
        } else {
            tensors.numbers.insert(name, floats(&file, name, &shape)?);
        }
    }
    Ok((config, tensors))
}

fn tensor<'a>(
    file: &SafeTensors<'a>,
    name: &str,
    shape: &[usize],
) -> Result<TensorView<'a>, HeadError> {
    let tensor = file.tensor(name)?;
    if tensor.shape() == shape {
        Ok(tensor)
    } else {
        Err(HeadError::Contents(format!(
            "found {name} of shape {:?}, expected {shape:?}",
            tensor.shape()
        )))
    }
}

fn floats(file: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, HeadError> {
    let tensor = tensor(file, name, shape)?;
    let data = tensor.data();
    let numbers: Vec<f32> = match tensor.dtype() {
        Dtype::F32 => {
            let four = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            data.chunks_exact(4).map(four).collect()
        }
        Dtype::F16 => {
            let two = |two: &[u8]| f16::from_le_bytes([two[0], two[1]]).to_f32();
            data.chunks_exact(2).map(two).collect()
        }
        other => {
            return Err(HeadError::Contents(format!(
                "found {name} as {other:?}, expected F32 or F16"
            )));
        }
    };
    if numbers.iter().all(|x| x.is_finite()) {
        Ok(numbers)
    } else {
        Err(HeadError::Contents(format!(
            "found a number in {name} that is not finite"
        )))
    }
}
