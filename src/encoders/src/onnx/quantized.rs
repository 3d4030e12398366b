//! Weights that a quantizer has written as integers and scales.

use std::cell::Cell;
use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};

use super::proto::{DataType, GraphProto, NodeProto, TensorProto};
use super::proto::{bytes, floats, integers, numbers, shape};
use super::{Tensor, layer_of, plain_name};

type Found = Option<(String, Tensor)>;

/// All nodes together read so many times the numbers that are stored: each of
/// them keeps what it makes, and a weight is read once, or twice where a layer
/// is tied to a table.
const MOST_TIMES_READ: usize = 4;

/// A file's parts by name.
pub(super) struct File<'a> {
    pub(super) initializers: HashMap<&'a str, &'a TensorProto>,
    gathers: HashMap<&'a str, &'a NodeProto>,
    /// The numbers that nodes may still read.
    left: Cell<usize>,
}

impl<'a> File<'a> {
    pub(super) fn new(graph: &'a GraphProto) -> Self {
        let gathers = graph.node.iter().filter(|node| node.op_type == "Gather");
        let stored: usize = graph.initializer.iter().map(numbers).sum();
        Self {
            initializers: graph
                .initializer
                .iter()
                .map(|tensor| (tensor.name.as_str(), tensor))
                .collect(),
            gathers: gathers
                .filter_map(|node| Some((node.output.first()?.as_str(), node)))
                .collect(),
            left: Cell::new(stored.saturating_mul(MOST_TIMES_READ)),
        }
    }

    /// Counts what a node is about to read.
    fn count(&self, weight: &TensorProto, others: [Option<&TensorProto>; 2]) -> Result<()> {
        let others: usize = others.into_iter().flatten().map(numbers).sum();
        let left = self.left.get().checked_sub(numbers(weight) + others);
        self.left.set(left.with_context(|| {
            format!(
                "found nodes that read more than {MOST_TIMES_READ} times the numbers of the file"
            )
        })?);
        Ok(())
    }

    fn input(&self, node: &'a NodeProto, index: usize) -> Option<&'a TensorProto> {
        self.initializers
            .get(node.input.get(index)?.as_str())
            .copied()
    }

    /// A weight, or rows of one that a Gather has picked.
    pub(super) fn dequantized(&self, node: &'a NodeProto) -> Result<Found> {
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
        let zero = self.input(node, 2);
        self.count(weight, [Some(scale), zero])?;
        let tensor = dequantize(weight, scale, zero, axis)?;
        Ok(Some((plain_name(name).to_owned(), tensor)))
    }

    /// `MatMulInteger` of quantized activations: the weight's scale goes into
    /// the result later, and is found by its name.
    pub(super) fn integer_product(&self, node: &'a NodeProto) -> Result<Found> {
        let (Some(layer), Some(weight)) = (layer_of(node), self.input(node, 1)) else {
            return Ok(None);
        };
        let name = format!("{}_scale", plain_name(&weight.name));
        let scale = self.initializers.get(name.as_str());
        let scale = scale.with_context(|| format!("found no {name}"))?;
        self.product(layer, weight, scale, self.input(node, 3))
    }

    pub(super) fn quantized_product(
        &self,
        node: &'a NodeProto,
        scale: usize,
        zero: usize,
    ) -> Result<Found> {
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
        self.count(weight, [Some(scale), zero])?;
        let mut tensor = dequantize(weight, scale, zero, 1)?;
        tensor.shape.reverse();
        tensor.transposed = true;
        Ok(Some((layer, tensor)))
    }

    /// `MatMulNBits` and `GatherBlockQuantized`: rows in blocks that each have a
    /// scale, and may have a zero point.
    /// <https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md>
    pub(super) fn blocks(&self, node: &'a NodeProto, [scales, zeros]: [usize; 2]) -> Result<Found> {
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
        let zero_tensor = self.input(node, zeros);
        self.count(packed, [Some(scale_tensor), zero_tensor])?;
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
            stride
                .checked_mul(bits)
                .and_then(|row| rows.checked_mul(row / 8)),
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
        let zeros = match zero_tensor {
            None => vec![middle; scale.len()],
            Some(zeros) if matches!(zeros.data_type(), DataType::Float | DataType::Float16) => {
                floats(zeros)?
            }
            Some(zeros) => {
                let packed = super::proto::bytes(zeros)?;
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
