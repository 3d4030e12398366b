//! Reads a quantized encoder as its bytes arrive: every tensor goes into its
//! final place as soon as it is whole, so that there is never a second copy of
//! the weights in memory.

use std::collections::{BTreeMap, HashMap};

use safetensors::Dtype;
use safetensors::tensor::Metadata as Header;

use super::engine::Encoder;
use super::layer::{Embeddings, Factors, Layer, Norm};
use super::quantized::{self, LAYER_MATRICES, Matrix};
use super::{Config, EncoderError};
use crate::int8::{Packed, Rows, fours_fit};

/// Bytes of a header that a known encoder never needs.
const MAX_HEADER: usize = 1 << 20;
/// The bytes before the header, which say its length.
const PREFIX: usize = 8;

/// Takes the bytes of a quantized encoder's file in parts of any size.
pub struct EncoderLoader {
    /// How many bytes have come.
    received: usize,
    /// The header until it is whole, then the current tensor.
    buffer: Vec<u8>,
    stage: Stage,
}

enum Stage {
    Header,
    Tensors(Box<Tensors>),
}

/// What has been read of the tensors.
struct Tensors {
    config: Config,
    /// Tensors to come, the next one last.
    plan: Vec<Planned>,
    floats: HashMap<String, Vec<f32>>,
    /// Embeddings, `[rows, width]`.
    rows: HashMap<String, Vec<i8>>,
    /// From embeddings to hidden states, where their widths differ.
    projection: Option<Packed>,
    /// By layer, then in the order of [`LAYER_MATRICES`].
    matrices: Vec<[Option<Packed>; LAYER_MATRICES]>,
}

struct Planned {
    name: String,
    bytes: usize,
    place: Place,
}

/// Where a tensor goes.
pub(super) enum Place {
    Floats,
    Rows,
    Projection,
    Matrix { layer: usize, matrix: Matrix },
}

impl Default for EncoderLoader {
    fn default() -> Self {
        Self {
            received: 0,
            buffer: Vec::new(),
            stage: Stage::Header,
        }
    }
}

impl EncoderLoader {
    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// Bytes that are not such a file, of another version, or whose tensors do
    /// not fit the configuration. The loader is of no use after that.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), EncoderError> {
        // In parts: browsers optimize a function while it is not running, and
        // what takes one long call runs slowly to its end.
        bytes
            .chunks(1 << 16)
            .try_for_each(|part| self.push_part(part))
    }

    fn push_part(&mut self, mut bytes: &[u8]) -> Result<(), EncoderError> {
        self.received += bytes.len();
        while !bytes.is_empty() {
            let wanted = match &self.stage {
                Stage::Header => header_length(&self.buffer)?,
                Stage::Tensors(tensors) => match tensors.plan.last() {
                    Some(planned) => planned.bytes,
                    None => return Err(EncoderError::File("found bytes after the end".into())),
                },
            };
            let take = bytes.len().min(wanted - self.buffer.len());
            let length = self.buffer.len();
            if self.buffer.capacity() < length + take {
                // A header may declare anything, so that at most as much again
                // is taken as has come; of a real file, the first tensors
                // apart, that is a whole tensor at once.
                let room = wanted.min(2 * self.received).max(length + take);
                self.buffer.reserve_exact(room - length);
            }
            let (part, rest) = bytes.split_at(take);
            self.buffer.extend_from_slice(part);
            bytes = rest;
            self.advance()?;
        }
        Ok(())
    }

    /// Goes on with whatever is whole.
    fn advance(&mut self) -> Result<(), EncoderError> {
        if let Stage::Header = &self.stage {
            if self.buffer.len() <= PREFIX || self.buffer.len() < header_length(&self.buffer)? {
                return Ok(());
            }
            let tensors = Tensors::new(&self.buffer[PREFIX..])?;
            self.stage = Stage::Tensors(Box::new(tensors));
            self.buffer = Vec::new();
        }
        if let Stage::Tensors(tensors) = &mut self.stage {
            while let Some(planned) = tensors.plan.pop_if(|next| next.bytes == self.buffer.len()) {
                tensors.place(planned, std::mem::take(&mut self.buffer))?;
            }
        }
        Ok(())
    }

    /// The encoder, if all of it has come. `sha256` is the file's, in
    /// hexadecimal, which heads know their encoder by.
    ///
    /// # Errors
    ///
    /// A file that is cut off, or lacks a tensor.
    pub fn finish(self, sha256: String) -> Result<Encoder, EncoderError> {
        match self.stage {
            Stage::Tensors(tensors) if tensors.plan.is_empty() => tensors.finish(sha256),
            _ => Err(EncoderError::File("the file is cut off".into())),
        }
    }
}

/// Bytes up to the header's end, or those that say it.
fn header_length(start: &[u8]) -> Result<usize, EncoderError> {
    let Some(prefix) = start.first_chunk::<PREFIX>() else {
        return Ok(PREFIX);
    };
    match usize::try_from(u64::from_le_bytes(*prefix)) {
        Ok(length) if (1..=MAX_HEADER).contains(&length) => Ok(PREFIX + length),
        _ => Err(EncoderError::File(format!(
            "found a header of {} bytes, expected 1 to {MAX_HEADER}",
            u64::from_le_bytes(*prefix)
        ))),
    }
}

impl Tensors {
    fn new(header: &[u8]) -> Result<Self, EncoderError> {
        // Checks, too, that the tensors follow one another and have the size
        // of their shape.
        let header: Header = serde_json::from_slice(header)
            .map_err(|error| EncoderError::File(error.to_string()))?;
        let config = quantized::config_of(&header)?;
        // All layers have factors, or none has.
        let factors = Matrix::Query.factors_name().expect("its inputs have them");
        let calibrated = header.info(&format!("layers.0.{factors}")).is_some();
        let mut expected = expected(&config, calibrated);
        let mut plan = Vec::new();
        for name in header.offset_keys() {
            let info = header.info(&name).expect("the header names it");
            let Some((dtype, shape, place)) = expected.remove(&name) else {
                let name = name.escape_debug();
                return Err(EncoderError::Tensor(format!(
                    "found {name}, which no encoder has"
                )));
            };
            if info.dtype != dtype || info.shape != shape {
                return Err(EncoderError::Tensor(format!(
                    "found {name} as {:?} {:?}, expected {dtype:?} {shape:?}",
                    info.dtype, info.shape
                )));
            }
            plan.push(Planned {
                name,
                bytes: info.data_offsets.1 - info.data_offsets.0,
                place,
            });
        }
        if let Some(name) = expected.keys().next() {
            return Err(EncoderError::Tensor(format!("found no tensor {name}")));
        }
        plan.reverse();
        Ok(Self {
            plan,
            floats: HashMap::new(),
            rows: HashMap::new(),
            projection: None,
            matrices: (0..config.layers).map(|_| Default::default()).collect(),
            config,
        })
    }

    /// Puts a whole tensor where it belongs.
    fn place(&mut self, planned: Planned, bytes: Vec<u8>) -> Result<(), EncoderError> {
        let name = planned.name;
        match planned.place {
            Place::Floats => {
                let values: Vec<f32> = bytes
                    .chunks_exact(4)
                    .map(|four| f32::from_le_bytes(four.try_into().expect("four bytes")))
                    .collect();
                if values.iter().any(|x| !x.is_finite()) {
                    return Err(EncoderError::Tensor(format!(
                        "{name} holds a number that is not finite"
                    )));
                }
                self.floats.insert(name, values);
            }
            Place::Rows => {
                // The same memory, read as signed.
                let values = bytes.into_iter().map(|x| x as i8).collect();
                self.rows.insert(name, values);
            }
            Place::Projection => {
                let (outputs, inputs) = (self.config.hidden, self.config.embedding_width());
                let packed = self
                    .projection
                    .get_or_insert_with(|| Packed::new(outputs, inputs));
                pack(&name, bytes, packed, 0, inputs)?;
            }
            Place::Matrix { layer, matrix } => {
                let (outputs, inputs) = matrix.packed_shape(&self.config);
                let packed = self.matrices[layer][matrix.index()]
                    .get_or_insert_with(|| Packed::new(outputs, inputs));
                pack(
                    &name,
                    bytes,
                    packed,
                    matrix.first_output(&self.config),
                    inputs,
                )?;
            }
        }
        Ok(())
    }

    fn finish(mut self, sha256: String) -> Result<Encoder, EncoderError> {
        let norm = |floats: &mut HashMap<String, Vec<f32>>, name: &str| Norm {
            weight: take(floats, format!("{name}.weight")),
            bias: take(floats, format!("{name}.bias")),
        };
        let mut layers = Vec::new();
        for (layer, mut matrices) in self.matrices.into_iter().enumerate() {
            let name = |part: &str| format!("layers.{layer}.{part}");
            for matrix in Matrix::ALL {
                let packed = matrices[matrix.index()].as_mut().expect("planned");
                let first = matrix.first_output(&self.config);
                let own = name(matrix.name());
                packed.set_scales(first, &take(&mut self.floats, format!("{own}.scale")));
                packed.set_biases(first, &take(&mut self.floats, format!("{own}.bias")));
            }
            let mut factors = |matrix: Matrix| {
                let own = matrix.factors_name().expect("its inputs have them");
                self.floats.remove(&name(own)).unwrap_or_default()
            };
            let factors = Factors {
                attention: factors(Matrix::Query),
                expand: factors(Matrix::Expand),
                contract: factors(Matrix::Contract),
            };
            let [input, output, expand, contract] = matrices.map(|packed| packed.expect("planned"));
            layers.push(Layer {
                attention_input: input,
                attention_output: output,
                attention_norm: norm(&mut self.floats, &name("attention.norm")),
                expand,
                contract,
                feedforward_norm: norm(&mut self.floats, &name("feedforward.norm")),
                factors,
            });
        }
        if let Some(projection) = &mut self.projection {
            let mut part = |part| take(&mut self.floats, format!("embeddings.projection.{part}"));
            projection.set_scales(0, &part("scale"));
            projection.set_biases(0, &part("bias"));
        }
        let mut rows = |name: &str| Rows {
            weight: take(&mut self.rows, format!("{name}.weight")),
            scale: take(&mut self.floats, format!("{name}.scale")),
        };
        let embeddings = Embeddings {
            words: rows("embeddings.word"),
            positions: rows("embeddings.position"),
            norm: norm(&mut self.floats, "embeddings.norm"),
            projection: self.projection,
        };
        Ok(Encoder::new(self.config, sha256, embeddings, layers))
    }
}

/// Puts a matrix's rows into a packed one, from output `first` on.
fn pack(
    name: &str,
    bytes: Vec<u8>,
    packed: &mut Packed,
    first: usize,
    inputs: usize,
) -> Result<(), EncoderError> {
    let weights: Vec<i8> = bytes.into_iter().map(|x| x as i8).collect();
    for (output, row) in weights.chunks_exact(inputs).enumerate() {
        if !fours_fit(row) {
            return Err(EncoderError::Tensor(format!(
                "{name}: found weights in channel {output} that overflow 16 bits"
            )));
        }
        packed.set(first + output, row);
    }
    Ok(())
}

/// A tensor that the plan has promised.
fn take<T: Default>(tensors: &mut HashMap<String, T>, name: String) -> T {
    tensors.remove(&name).expect("planned")
}

/// All tensors of an encoder, one with factors if it is `calibrated`.
pub(super) fn expected(
    config: &Config,
    calibrated: bool,
) -> BTreeMap<String, (Dtype, Vec<usize>, Place)> {
    let floats = |name: String, length| (name, (Dtype::F32, vec![length], Place::Floats));
    let norm_of = |name: String, width| {
        ["weight", "bias"].map(|part| floats(format!("{name}.{part}"), width))
    };
    let norm = |name: String| norm_of(name, config.hidden);
    let width = config.embedding_width();
    let mut all = BTreeMap::from(norm_of("embeddings.norm".into(), width));
    if config.embedding.is_some() {
        let name = "embeddings.projection";
        let weight = (Dtype::I8, vec![config.hidden, width], Place::Projection);
        all.insert(format!("{name}.weight"), weight);
        all.extend(["scale", "bias"].map(|part| floats(format!("{name}.{part}"), config.hidden)));
    }
    for (name, rows) in [
        ("embeddings.word", config.vocabulary),
        ("embeddings.position", config.window),
    ] {
        let shape = vec![rows, width];
        all.insert(format!("{name}.weight"), (Dtype::I8, shape, Place::Rows));
        all.extend([floats(format!("{name}.scale"), rows)]);
    }
    for layer in 0..config.layers {
        all.extend(norm(format!("layers.{layer}.attention.norm")));
        all.extend(norm(format!("layers.{layer}.feedforward.norm")));
        for matrix in Matrix::ALL {
            let name = format!("layers.{layer}.{}", matrix.name());
            let (outputs, inputs) = matrix.shape(config);
            let place = Place::Matrix { layer, matrix };
            let weight = (Dtype::I8, vec![outputs, inputs], place);
            all.insert(format!("{name}.weight"), weight);
            all.extend(["scale", "bias"].map(|part| floats(format!("{name}.{part}"), outputs)));
            if let (true, Some(factors)) = (calibrated, matrix.factors_name()) {
                all.extend([floats(format!("layers.{layer}.{factors}"), inputs)]);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn error(bytes: &[u8]) -> String {
        Encoder::from_bytes(bytes)
            .err()
            .expect("an error")
            .to_string()
    }

    #[test]
    fn headers_are_bounded() {
        assert!(error(&[]).contains("cut off"));
        assert!(error(&[255; 9]).contains("found a header of 18446744073709551615 bytes"));
        assert!(error(&[0; 9]).contains("found a header of 0 bytes"));
        assert!(error(&[3, 0, 0, 0, 0, 0, 0, 0, b'{', b'}']).contains("cut off"));
    }
}
