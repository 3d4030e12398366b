//! Weights inside an ONNX file, in f32 or quantized with one scale per tensor,
//! under the names that PyTorch gave them.
//!
//! Exporters keep the names of biases, norms and embeddings, but call a linear
//! layer's weight after the matmul that uses it, and transpose it. The node's
//! own name (`/distilbert/transformer/layer.0/ffn/lin1/MatMul`) still tells
//! which layer it is.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use nerite::{EncoderError, Weights};
use nerite_files as files;
use prost::Message;
use prost::encoding::{WireType, decode_key, decode_varint};

/// What of ONNX's messages is needed here, with the numbers of
/// <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>.
#[derive(Message)]
struct ModelProto {
    #[prost(message, tag = "7")]
    graph: Option<GraphProto>,
}

#[derive(Message)]
struct GraphProto {
    #[prost(message, repeated, tag = "1")]
    node: Vec<NodeProto>,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<TensorProto>,
}

#[derive(Message)]
struct NodeProto {
    #[prost(string, repeated, tag = "1")]
    input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    output: Vec<String>,
    #[prost(string, tag = "3")]
    name: String,
    #[prost(string, tag = "4")]
    op_type: String,
}

#[derive(Message)]
struct TensorProto {
    #[prost(int64, repeated, tag = "1")]
    dims: Vec<i64>,
    #[prost(enumeration = "DataType", tag = "2")]
    data_type: i32,
    #[prost(float, repeated, tag = "4")]
    float_data: Vec<f32>,
    #[prost(int32, repeated, tag = "5")]
    int32_data: Vec<i32>,
    #[prost(string, tag = "8")]
    name: String,
    #[prost(bytes = "vec", optional, tag = "9")]
    raw_data: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
enum DataType {
    Undefined = 0,
    Float = 1,
    Uint8 = 2,
    Int8 = 3,
}

/// Nodes and tensors of a graph; a large encoder has some thousands.
const MOST_PARTS: usize = 100_000;
/// Inputs, outputs or dimensions of one of them.
const MOST_OF_A_PART: usize = 10_000;

/// Counts what a message would be read into, before it is: an empty tensor is
/// two bytes in a file and more than a hundred in memory.
fn check_counts(model: &[u8]) -> Result<()> {
    let mut parts = 0;
    each_field(model, &mut |tag, graph| {
        if tag != 7 {
            return Ok(());
        }
        each_field(graph, &mut |tag, part| {
            if ![1, 5].contains(&tag) {
                return Ok(());
            }
            parts += 1;
            ensure!(
                parts <= MOST_PARTS,
                "found more than {MOST_PARTS} nodes and tensors, expected the graph of an encoder"
            );
            let mut own = 0;
            each_field(part, &mut |field, _| {
                // Of a tensor, numbers may come one by one.
                own += usize::from(tag == 1 || field == 1);
                ensure!(
                    own <= MOST_OF_A_PART,
                    "found more than {MOST_OF_A_PART} inputs or dimensions of a part of the graph"
                );
                Ok(())
            })
        })
    })
}

/// Goes through the fields of a message: their numbers, and the bytes of those
/// that are messages or texts.
fn each_field(mut message: &[u8], take: &mut dyn FnMut(u32, &[u8]) -> Result<()>) -> Result<()> {
    while !message.is_empty() {
        let (tag, kind) = decode_key(&mut message)?;
        let bytes = match kind {
            WireType::Varint => {
                decode_varint(&mut message)?;
                0
            }
            WireType::SixtyFourBit => 8,
            WireType::ThirtyTwoBit => 4,
            WireType::LengthDelimited => usize::try_from(decode_varint(&mut message)?)?,
            WireType::StartGroup | WireType::EndGroup => bail!("found a group of fields"),
        };
        let (field, rest) = message
            .split_at_checked(bytes)
            .context("found the end inside of a field")?;
        message = rest;
        let is_message = kind == WireType::LengthDelimited;
        take(tag, if is_message { field } else { &[] })?;
    }
    Ok(())
}

/// An ONNX file's weights.
pub(super) struct OnnxWeights(HashMap<String, Tensor>);

struct Tensor {
    /// As PyTorch has it: `[outputs, inputs]` for a linear layer.
    shape: Vec<usize>,
    /// Row-major in the file's own order.
    values: Vec<f32>,
    /// The file has it the other way round.
    transposed: bool,
}

impl OnnxWeights {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let bytes = files::read_bounded(path, nerite::MAX_FILE_BYTES)?;
        let name = || path.display().to_string();
        check_counts(&bytes).with_context(name)?;
        let model = ModelProto::decode(bytes.as_slice()).with_context(name)?;
        drop(bytes);
        let graph = model.graph.context("found no graph").with_context(name)?;
        Self::read(&graph).with_context(name)
    }

    fn read(graph: &GraphProto) -> Result<Self> {
        let initializers: HashMap<&str, &TensorProto> = graph
            .initializer
            .iter()
            .map(|tensor| (tensor.name.as_str(), tensor))
            .collect();
        // What a node's output was dequantized from.
        let dequantized: HashMap<&str, &NodeProto> = graph
            .node
            .iter()
            .filter(|node| node.op_type == "DequantizeLinear")
            .filter_map(|node| Some((node.output.first()?.as_str(), node)))
            .collect();
        let mut tensors = HashMap::new();
        for (name, tensor) in &initializers {
            if tensor.data_type() == DataType::Float && !tensor.dims.is_empty() {
                tensors.insert((*name).to_owned(), Tensor::new(tensor, None)?);
            }
        }
        for (output, node) in &dequantized {
            let Some(tensor) = node
                .input
                .first()
                .and_then(|name| initializers.get(name.as_str()))
            else {
                continue; // An activation, not a weight.
            };
            let quantization =
                Quantization::of(node, &initializers).with_context(|| (*output).to_owned())?;
            let name = output
                .strip_suffix("_DequantizeLinear_Output")
                .unwrap_or(output);
            tensors.insert(name.to_owned(), Tensor::new(tensor, Some(quantization))?);
        }
        for node in graph.node.iter().filter(|node| node.op_type == "MatMul") {
            let (false, Some(weight)) = (node.name.is_empty(), node.input.get(1)) else {
                continue;
            };
            let weight = weight
                .strip_suffix("_DequantizeLinear_Output")
                .unwrap_or(weight);
            let Some(mut tensor) = tensors.remove(weight) else {
                continue; // A product of activations.
            };
            let layer = node
                .name
                .trim_start_matches('/')
                .trim_end_matches("/MatMul")
                .replace('/', ".");
            tensor.shape.reverse();
            tensor.transposed = true;
            tensors.insert(format!("{layer}.weight"), tensor);
        }
        Ok(Self(tensors))
    }
}

/// `value = (integer - zero) * scale`.
struct Quantization {
    scale: f32,
    zero: i32,
}

impl Quantization {
    fn of(node: &NodeProto, initializers: &HashMap<&str, &TensorProto>) -> Result<Self> {
        let input = |index: usize| {
            node.input
                .get(index)
                .and_then(|name| initializers.get(name.as_str()))
        };
        let scale = floats(input(1).context("found no scale")?)?;
        let zero = input(2).map_or(Ok(vec![0]), |tensor| integers(tensor))?;
        let ([scale], [zero]) = (scale.as_slice(), zero.as_slice()) else {
            bail!("found {} scales, expected one per tensor", scale.len());
        };
        Ok(Self {
            scale: *scale,
            zero: *zero,
        })
    }
}

impl Tensor {
    fn new(tensor: &TensorProto, quantization: Option<Quantization>) -> Result<Self> {
        let shape: Vec<usize> = tensor
            .dims
            .iter()
            .map(|&dim| usize::try_from(dim))
            .collect::<Result<_, _>>()?;
        let values = match quantization {
            None => floats(tensor)?,
            Some(Quantization { scale, zero }) => integers(tensor)?
                .into_iter()
                .map(|x| (i64::from(x) - i64::from(zero)) as f32 * scale)
                .collect(),
        };
        let expected = shape
            .iter()
            .try_fold(1usize, |product, &dim| product.checked_mul(dim));
        ensure!(
            expected == Some(values.len()),
            "found {} numbers, expected the shape {shape:?}",
            values.len()
        );
        Ok(Self {
            shape,
            values,
            transposed: false,
        })
    }
}

fn floats(tensor: &TensorProto) -> Result<Vec<f32>> {
    ensure!(
        tensor.data_type() == DataType::Float,
        "found {}, expected floats",
        named(tensor)
    );
    Ok(match &tensor.raw_data {
        Some(raw) => {
            let four = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            raw.chunks_exact(4).map(four).collect()
        }
        None => tensor.float_data.clone(),
    })
}

fn integers(tensor: &TensorProto) -> Result<Vec<i32>> {
    Ok(match (tensor.data_type(), &tensor.raw_data) {
        (DataType::Int8, Some(raw)) => raw.iter().map(|&x| i32::from(x as i8)).collect(),
        (DataType::Uint8, Some(raw)) => raw.iter().map(|&x| i32::from(x)).collect(),
        (DataType::Int8 | DataType::Uint8, None) => tensor.int32_data.clone(),
        _ => bail!("found {}, expected int8 or uint8", named(tensor)),
    })
}

/// A tensor's type, of ONNX's numbers.
fn named(tensor: &TensorProto) -> String {
    match DataType::try_from(tensor.data_type) {
        Ok(known) => format!("{known:?}"),
        Err(_) => format!("the type {}", tensor.data_type),
    }
}

impl Weights for OnnxWeights {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.0.get(name)?.shape.clone())
    }

    fn read(&self, name: &str) -> Result<Vec<f32>, EncoderError> {
        let tensor = self
            .0
            .get(name)
            .ok_or_else(|| EncoderError::Tensor(format!("found no tensor {name}")))?;
        let &[outputs, inputs] = tensor.shape.as_slice() else {
            return Ok(tensor.values.clone());
        };
        if !tensor.transposed {
            return Ok(tensor.values.clone());
        }
        let row =
            |output: usize| (0..inputs).map(move |input| tensor.values[input * outputs + output]);
        Ok((0..outputs).flat_map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_is_counted_before_it_is_read() {
        // Empty tensors, nodes with empty inputs, tensors with dimensions: all
        // of them larger in memory than in the file.
        let field = |tag: u8, contents: &[u8]| {
            let mut bytes = vec![tag << 3 | 2];
            prost::encoding::encode_varint(contents.len() as u64, &mut bytes);
            bytes.extend(contents);
            bytes
        };
        let many = 200_000;
        for graph in [
            [0x2a, 0x00].repeat(many),
            [0x0a, 0x00].repeat(many),
            field(1, &[0x0a, 0x00].repeat(many)),
            field(5, &[0x08, 0x01].repeat(many)),
        ] {
            let error = check_counts(&field(7, &graph)).unwrap_err().to_string();
            assert!(error.contains("found more than"), "{error}");
        }
        assert!(check_counts(&field(7, &field(5, &field(9, &[0; 100_000])))).is_ok());
        assert!(check_counts(&[0x3a, 0xff]).is_err());
    }
}
