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
