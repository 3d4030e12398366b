//! Weights inside an ONNX file, in f32 or f16, or quantized as exporters do it,
//! under the names that PyTorch gave them.
//!
//! Exporters keep the names of biases, norms and embeddings, but call a linear
//! layer's weight after the matmul that uses it, and transpose it. The node's
//! own name (`/distilbert/transformer/layer.0/ffn/lin1/MatMul`) still tells
//! which layer it is. Quantizers keep both names and put something behind them.

mod proto;
mod quantized;

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use nerite::{EncoderError, Weights};
use nerite_files as files;
use prost::Message;

use proto::{DataType, GraphProto, ModelProto, NodeProto, check_counts, floats, shape};
use quantized::File;

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
        let file = File::new(graph);
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
    use proto::TensorProto;

    /// A graph in which so many nodes make numbers of one weight.
    fn sharing(nodes: usize) -> GraphProto {
        let tensor = |name: &str, data_type: DataType, raw: Vec<u8>, dims: &[i64]| TensorProto {
            name: name.into(),
            data_type: data_type as i32,
            raw_data: Some(raw),
            dims: dims.to_vec(),
            ..TensorProto::default()
        };
        let scale = 1.0f32.to_le_bytes().to_vec();
        GraphProto {
            initializer: vec![
                tensor("weight", DataType::Int8, vec![1; 1000], &[10, 100]),
                tensor("scale", DataType::Float, scale, &[1]),
            ],
            node: (0..nodes)
                .map(|number| NodeProto {
                    input: vec!["weight".into(), "scale".into()],
                    output: vec![format!("copy_{number}")],
                    op_type: "DequantizeLinear".into(),
                    ..NodeProto::default()
                })
                .collect(),
        }
    }

    #[test]
    fn a_weight_that_many_nodes_share_is_not_made_for_each() {
        // A table and the layer that is tied to it.
        let tied = OnnxWeights::read(&sharing(2)).unwrap();
        assert_eq!(tied.shape("copy_1"), Some(vec![10, 100]));
        let error = OnnxWeights::read(&sharing(5)).err().unwrap();
        let error = format!("{error:#}");
        assert!(error.contains("found nodes that read more than"), "{error}");
    }
}
