//! Weights inside an ONNX file, in f32 or f16, or quantized as exporters do it,
//! under the names that PyTorch gave them.
//!
//! Exporters keep the names of biases, norms and embeddings, but call a linear
//! layer's weight after the matmul that uses it, and transpose it. The node's
//! own name (`/distilbert/transformer/layer.0/ffn/lin1/MatMul`) still tells
//! which layer it is. Quantizers keep both names and put something behind them.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use half::f16;
use nerite::{EncoderError, Weights};
use prost::Message;
use prost::encoding::{WireType, decode_key, decode_varint};

use nerite_files as files;

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
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<AttributeProto>,
}

#[derive(Message)]
struct AttributeProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int64, tag = "3")]
    i: i64,
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
    /// 1 where the numbers are in another file.
    #[prost(int32, tag = "14")]
    data_location: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
enum DataType {
    Undefined = 0,
    Float = 1,
    Uint8 = 2,
    Int8 = 3,
    Float16 = 10,
    Uint4 = 21,
    Int4 = 22,
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
        let mut tensors = HashMap::new();
        let file = File {
            initializers: graph
                .initializer
                .iter()
                .map(|tensor| (tensor.name.as_str(), tensor))
                .collect(),
            gathers: graph
                .node
                .iter()
                .filter(|node| node.op_type == "Gather")
                .filter_map(|node| Some((node.output.first()?.as_str(), node)))
                .collect(),
        };
        for (name, tensor) in &file.initializers {
            let is_float = matches!(tensor.data_type(), DataType::Float | DataType::Float16);
            if is_float && !tensor.dims.is_empty() {
                let tensor = Tensor::new(shape(tensor)?, floats(tensor)?, false);
                tensors.insert((*name).to_owned(), tensor.context((*name).to_owned())?);
            }
        }
        for node in &graph.node {
            let found = match node.op_type.as_str() {
                "DequantizeLinear" => file.dequantized(node),
                "MatMulInteger" => file.integer_product(node),
                "DynamicQuantizeMatMul" => file.quantized_product(node, 2, 3),
                "MatMulIntegerToFloat" => file.quantized_product(node, 3, 5),
                "MatMulNBits" => file.blocks(node, [2, 3]),
                "GatherBlockQuantized" => file.blocks(node, [2, 3]),
                _ => Ok(None),
            };
            let found = found.with_context(|| format!("{} {:?}", node.op_type, node.name))?;
            tensors.extend(found);
        }
        // Under the layer's name, and the other way round.
        for node in graph.node.iter().filter(|node| node.op_type == "MatMul") {
            let (Some(layer), Some(weight)) = (layer_of(node), node.input.get(1)) else {
                continue;
            };
            let weight = weight
                .strip_suffix("_DequantizeLinear_Output")
                .unwrap_or(weight);
            let Some(mut tensor) = tensors.remove(weight) else {
                continue; // A product of activations.
            };
            tensor.shape.reverse();
            tensor.transposed = true;
            tensors.insert(layer, tensor);
        }
        Ok(Self(tensors))
    }
}

/// The name of the weight that a product's node multiplies with: what quantizers
/// add to the node's name (`MatMul_quant`, `MatMul_Q4`) stands after the last
/// slash.
fn layer_of(node: &NodeProto) -> Option<String> {
    let (layer, product) = node.name.trim_start_matches('/').rsplit_once('/')?;
    let is_product = product.starts_with("MatMul");
    is_product.then(|| format!("{}.weight", layer.replace('/', ".")))
}

/// An initializer's name without what a quantizer has added.
fn plain_name(name: &str) -> &str {
    ["_quantized", "_Q4", "_Q8", "_DequantizeLinear_Output"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name)
}

type Found = Option<(String, Tensor)>;

/// A file's parts by name.
struct File<'a> {
    initializers: HashMap<&'a str, &'a TensorProto>,
    gathers: HashMap<&'a str, &'a NodeProto>,
}

impl<'a> File<'a> {
    fn input(&self, node: &'a NodeProto, index: usize) -> Option<&'a TensorProto> {
        self.initializers
            .get(node.input.get(index)?.as_str())
            .copied()
    }

    /// A weight, or rows of one that a Gather has picked.
    fn dequantized(&self, node: &'a NodeProto) -> Result<Found> {
        let (weight, name) = match (self.input(node, 0), node.input.first()) {
            (Some(weight), _) => (weight, node.output.first().map_or("", String::as_str)),
            (None, Some(input)) => {
                let gather = self.gathers.get(input.as_str());
                match gather.and_then(|gather| self.input(gather, 0)) {
                    Some(weight) => (weight, weight.name.as_str()),
                    None => return Ok(None), // An activation, not a weight.
                }
            }
            (None, None) => return Ok(None),
        };
        let scale = self.input(node, 1).context("found no scale")?;
        let axis = attribute(node, "axis").unwrap_or(1);
        ensure!(
            attribute(node, "block_size").unwrap_or(0) == 0,
            "found blocks, expected one scale per tensor or channel"
        );
        let tensor = dequantize(weight, scale, self.input(node, 2), axis)?;
        Ok(Some((plain_name(name).to_owned(), tensor)))
    }

    /// `MatMulInteger` of quantized activations: the weight's scale goes into
    /// the result later, and is found by its name.
    fn integer_product(&self, node: &'a NodeProto) -> Result<Found> {
        let (Some(layer), Some(weight)) = (layer_of(node), self.input(node, 1)) else {
            return Ok(None);
        };
        let name = format!("{}_scale", plain_name(&weight.name));
        let scale = self.initializers.get(name.as_str());
        let scale = scale.with_context(|| format!("found no {name}"))?;
        self.product(layer, weight, scale, self.input(node, 3))
    }

    fn quantized_product(&self, node: &'a NodeProto, scale: usize, zero: usize) -> Result<Found> {
        let (Some(layer), Some(weight)) = (layer_of(node), self.input(node, 1)) else {
            return Ok(None);
        };
        let scale = self.input(node, scale).context("found no scale")?;
        self.product(layer, weight, scale, self.input(node, zero))
    }

    fn product(
        &self,
        layer: String,
        weight: &TensorProto,
        scale: &TensorProto,
        zero: Option<&TensorProto>,
    ) -> Result<Found> {
        let mut tensor = dequantize(weight, scale, zero, 1)?;
        tensor.shape.reverse();
        tensor.transposed = true;
        Ok(Some((layer, tensor)))
    }

    /// `MatMulNBits` and `GatherBlockQuantized`: rows in blocks that each have a
    /// scale, and may have a zero point.
    /// <https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md>
    fn blocks(&self, node: &'a NodeProto, [scales, zeros]: [usize; 2]) -> Result<Found> {
        let gathers = node.op_type == "GatherBlockQuantized";
        let Some(packed) = self.input(node, usize::from(!gathers)) else {
            return Ok(None);
        };
        let name = if gathers {
            Some(plain_name(&packed.name).to_owned())
        } else {
            layer_of(node)
        };
        let Some(name) = name else { return Ok(None) };
        let number = |name: &str| attribute(node, name).and_then(|x| usize::try_from(x).ok());
        let bits = number("bits").unwrap_or(4);
        let block = number("block_size").unwrap_or(if gathers { 128 } else { 0 });
        ensure!(
            (bits == 4 || bits == 8) && (16..=4096).contains(&block),
            "found blocks of {block} numbers of {bits} bits, expected 4 or 8 bits"
        );
        let scale_tensor = self.input(node, scales).context("found no scales")?;
        let (rows, columns) = if gathers {
            let &[rows, columns] = shape(packed)?.as_slice() else {
                bail!("found {:?}, expected a table", packed.dims);
            };
            ensure!(
                number("gather_axis").unwrap_or(0) == 0
                    && attribute(node, "quantize_axis").is_none_or(|axis| axis == 1 || axis == -1),
                "found blocks that do not lie in rows"
            );
            // Two numbers in a byte, unless the type says so itself.
            let in_bytes = packed.data_type() == DataType::Uint8 && bits == 4;
            (rows, columns * if in_bytes { 2 } else { 1 })
        } else {
            (
                number("N").context("found no N")?,
                number("K").context("found no K")?,
            )
        };
        let blocks = columns.div_ceil(block);
        let scale = floats(scale_tensor)?;
        let bytes = bytes(packed)?;
        // A product's rows are filled up to whole blocks, a table's are not.
        let stride = if gathers { columns } else { blocks * block };
        let counts = (
            rows.checked_mul(blocks),
            rows.checked_mul(stride * bits / 8),
        );
        ensure!(
            counts == (Some(scale.len()), Some(bytes.len())),
            "found {} scales and {} bytes, which do not fit {rows} rows of {columns} numbers",
            scale.len(),
            bytes.len()
        );
        let signed = matches!(packed.data_type(), DataType::Int4 | DataType::Int8);
        let middle = if signed || gathers && bits == 4 && packed.data_type() == DataType::Uint4 {
            0.0
        } else {
            f32::from(1u8 << (bits - 1))
        };
        let zeros = match self.input(node, zeros) {
            None => vec![middle; scale.len()],
            Some(zeros) if matches!(zeros.data_type(), DataType::Float | DataType::Float16) => {
                floats(zeros)?
            }
            Some(zeros) => {
                let packed = self::bytes(zeros)?;
                let row = packed.len() / rows.max(1);
                let own = (0..rows * blocks).map(|at| (at / blocks * row, at % blocks));
                let read = own.map(|(start, place)| {
                    let row = packed.get(start..start + row)?;
                    Some(number_at(row, place, bits, signed)? as f32)
                });
                read.collect::<Option<_>>()
                    .context("found too few zero points")?
            }
        };
        ensure!(
            zeros.len() == scale.len(),
            "found {} zero points",
            zeros.len()
        );
        let mut values = Vec::with_capacity(rows * columns);
        for (row, packed) in bytes.chunks_exact((stride * bits / 8).max(1)).enumerate() {
            for column in 0..columns {
                let own = row * blocks + column / block;
                let number = number_at(packed, column, bits, signed).context("it is cut off")?;
                values.push((number as f32 - zeros[own]) * scale[own]);
            }
        }
        Ok(Some((
            name,
            Tensor::new(vec![rows, columns], values, false)?,
        )))
    }
}

/// The number at `place` of packed ones, the low half of a byte first.
fn number_at(packed: &[u8], place: usize, bits: usize, signed: bool) -> Option<i32> {
    let byte = *packed.get(place * bits / 8)?;
    Some(match (bits, signed) {
        (8, true) => (byte as i8).into(),
        (8, false) => byte.into(),
        (_, true) => i32::from(((byte >> (place % 2 * 4)) << 4) as i8 >> 4),
        (_, false) => (byte >> (place % 2 * 4) & 15).into(),
    })
}

fn attribute(node: &NodeProto, name: &str) -> Option<i64> {
    let found = node.attribute.iter().find(|own| own.name == name);
    found.map(|own| own.i)
}

/// `value = (integer - zero) * scale`, with one scale or one per channel.
fn dequantize(
    weight: &TensorProto,
    scale: &TensorProto,
    zero: Option<&TensorProto>,
    axis: i64,
) -> Result<Tensor> {
    let shape = shape(weight)?;
    let scale = floats(scale)?;
    let zero = zero.map_or_else(|| Ok(vec![0; scale.len()]), integers)?;
    let integers = integers(weight)?;
    let axis = usize::try_from(if axis < 0 {
        axis + shape.len() as i64
    } else {
        axis
    })
    .ok();
    let (channels, inner) = match (scale.len(), axis) {
        (1, _) => (1, integers.len().max(1)),
        (count, Some(axis)) if shape.get(axis) == Some(&count) => {
            let inner = shape[axis + 1..]
                .iter()
                .try_fold(1usize, |all, &size| all.checked_mul(size))
                .context("found a shape whose size overflows")?;
            (count, inner.max(1))
        }
        (count, _) => {
            bail!("found {count} scales, expected one, or one per channel of {shape:?}")
        }
    };
    ensure!(
        zero.len() == scale.len(),
        "found {} zero points and {} scales",
        zero.len(),
        scale.len()
    );
    let value = |(at, x): (usize, &i32)| {
        let channel = at / inner % channels;
        (i64::from(*x) - i64::from(zero[channel])) as f32 * scale[channel]
    };
    let values = integers.iter().enumerate().map(value).collect();
    Tensor::new(shape, values, false)
}

impl Tensor {
    fn new(shape: Vec<usize>, values: Vec<f32>, transposed: bool) -> Result<Self> {
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
            transposed,
        })
    }
}

fn shape(tensor: &TensorProto) -> Result<Vec<usize>> {
    let sizes = tensor.dims.iter().map(|&dim| usize::try_from(dim));
    Ok(sizes.collect::<Result<_, _>>()?)
}

/// Refuses a tensor whose numbers are in a file beside this one.
fn check_inside(tensor: &TensorProto) -> Result<()> {
    ensure!(
        tensor.data_location == 0,
        "found {:?} in a file of its own, expected it inside of this one",
        tensor.name
    );
    Ok(())
}

fn floats(tensor: &TensorProto) -> Result<Vec<f32>> {
    check_inside(tensor)?;
    Ok(match (tensor.data_type(), &tensor.raw_data) {
        (DataType::Float, Some(raw)) => {
            let four = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            raw.chunks_exact(4).map(four).collect()
        }
        (DataType::Float, None) => tensor.float_data.clone(),
        (DataType::Float16, Some(raw)) => {
            let two = |two: &[u8]| f16::from_le_bytes([two[0], two[1]]).to_f32();
            raw.chunks_exact(2).map(two).collect()
        }
        (DataType::Float16, None) => {
            let bits = tensor.int32_data.iter();
            bits.map(|&bits| f16::from_bits(bits as u16).to_f32())
                .collect()
        }
        _ => bail!("found {}, expected floats", named(tensor)),
    })
}

fn integers(tensor: &TensorProto) -> Result<Vec<i32>> {
    check_inside(tensor)?;
    Ok(match (tensor.data_type(), &tensor.raw_data) {
        (DataType::Int8, Some(raw)) => raw.iter().map(|&x| i32::from(x as i8)).collect(),
        (DataType::Uint8, Some(raw)) => raw.iter().map(|&x| i32::from(x)).collect(),
        (DataType::Int8 | DataType::Uint8, None) => tensor.int32_data.clone(),
        _ => bail!("found {}, expected int8 or uint8", named(tensor)),
    })
}

/// A packed tensor's bytes as they are.
fn bytes(tensor: &TensorProto) -> Result<Vec<u8>> {
    check_inside(tensor)?;
    Ok(match (tensor.data_type(), &tensor.raw_data) {
        (DataType::Int8 | DataType::Uint8 | DataType::Int4 | DataType::Uint4, Some(raw)) => {
            raw.clone()
        }
        (DataType::Int8 | DataType::Uint8 | DataType::Int4 | DataType::Uint4, None) => {
            tensor.int32_data.iter().map(|&x| x as u8).collect()
        }
        _ => bail!("found {}, expected packed integers", named(tensor)),
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
