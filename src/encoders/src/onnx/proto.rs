//! ONNX's messages and the numbers in them.

use anyhow::{Context, Result, bail, ensure};
use half::f16;
use prost::Message;
use prost::encoding::{WireType, decode_key, decode_varint};

/// What of ONNX's messages is needed here, with the numbers of
/// <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>.
#[derive(Message)]
pub(super) struct ModelProto {
    #[prost(message, tag = "7")]
    pub(super) graph: Option<GraphProto>,
}

#[derive(Message)]
pub(super) struct GraphProto {
    #[prost(message, repeated, tag = "1")]
    pub(super) node: Vec<NodeProto>,
    #[prost(message, repeated, tag = "5")]
    pub(super) initializer: Vec<TensorProto>,
}

#[derive(Message)]
pub(super) struct NodeProto {
    #[prost(string, repeated, tag = "1")]
    pub(super) input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub(super) output: Vec<String>,
    #[prost(string, tag = "3")]
    pub(super) name: String,
    #[prost(string, tag = "4")]
    pub(super) op_type: String,
    #[prost(message, repeated, tag = "5")]
    pub(super) attribute: Vec<AttributeProto>,
}

#[derive(Message)]
pub(super) struct AttributeProto {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(int64, tag = "3")]
    pub(super) i: i64,
}

#[derive(Message)]
pub(super) struct TensorProto {
    #[prost(int64, repeated, tag = "1")]
    pub(super) dims: Vec<i64>,
    #[prost(enumeration = "DataType", tag = "2")]
    pub(super) data_type: i32,
    #[prost(float, repeated, tag = "4")]
    pub(super) float_data: Vec<f32>,
    #[prost(int32, repeated, tag = "5")]
    pub(super) int32_data: Vec<i32>,
    #[prost(string, tag = "8")]
    pub(super) name: String,
    #[prost(bytes = "vec", optional, tag = "9")]
    pub(super) raw_data: Option<Vec<u8>>,
    /// 1 where the numbers are in another file.
    #[prost(int32, tag = "14")]
    pub(super) data_location: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub(super) enum DataType {
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
pub(super) fn check_counts(model: &[u8]) -> Result<()> {
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

/// How many numbers are stored, or, where they are bytes, how many bytes.
pub(super) fn numbers(tensor: &TensorProto) -> usize {
    let raw = tensor.raw_data.as_ref().map_or(0, Vec::len);
    raw + tensor.float_data.len() + tensor.int32_data.len()
}

pub(super) fn shape(tensor: &TensorProto) -> Result<Vec<usize>> {
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

pub(super) fn floats(tensor: &TensorProto) -> Result<Vec<f32>> {
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

pub(super) fn integers(tensor: &TensorProto) -> Result<Vec<i32>> {
    check_inside(tensor)?;
    Ok(match (tensor.data_type(), &tensor.raw_data) {
        (DataType::Int8, Some(raw)) => raw.iter().map(|&x| i32::from(x as i8)).collect(),
        (DataType::Uint8, Some(raw)) => raw.iter().map(|&x| i32::from(x)).collect(),
        (DataType::Int8 | DataType::Uint8, None) => tensor.int32_data.clone(),
        _ => bail!("found {}, expected int8 or uint8", named(tensor)),
    })
}

/// A packed tensor's bytes as they are.
pub(super) fn bytes(tensor: &TensorProto) -> Result<Vec<u8>> {
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
