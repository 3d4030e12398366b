//! PyTorch's own format: a zip archive that holds a pickle, which describes
//! tensors, and a file of plain numbers for every storage.
//!
//! candle reads the pickle into objects. It copies what the pickle repeats and
//! trusts its lengths, so that a few bytes can ask for any amount of memory,
//! or for objects nested so deeply that freeing them runs out of stack: what
//! it would build is counted first.

mod counter;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use candle_core::pickle::{Object, Stack};
use half::{bf16, f16};
use nerite::{EncoderError, Weights};
use zip::{CompressionMethod, ZipArchive};

use counter::Counter;

/// No description of a checkpoint is larger.
const MAX_BYTES: u64 = 16 << 20;

/// A PyTorch file's weights, described but not read.
pub(super) struct PickleWeights {
    path: PathBuf,
    tensors: HashMap<String, Tensor>,
}

struct Tensor {
    shape: Vec<usize>,
    kind: Kind,
    /// The numbers' file in the archive, and where in it they start, in bytes.
    file: String,
    start: u64,
    /// A matrix that is stored column by column.
    transposed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    F16,
    BF16,
    F32,
    F64,
}

impl Kind {
    fn bytes(self) -> usize {
        match self {
            Self::F16 | Self::BF16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

impl PickleWeights {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let open = || {
            let mut archive = archive(path)?;
            let name = archive
                .file_names()
                .filter_map(|name| name.ok())
                .map(|name| name.into_owned())
                .find(|name| name == "data.pkl" || name.ends_with("/data.pkl"))
                .context("found no data.pkl, expected a file that torch.save has written")?;
            let mut pickle = Vec::new();
            let entry = archive.by_name(&name)?;
            entry.take(MAX_BYTES + 1).read_to_end(&mut pickle)?;
            ensure!(
                pickle.len() as u64 <= MAX_BYTES,
                "{name}: found more than {MAX_BYTES} bytes"
            );
            let folder = name.strip_suffix(".pkl").unwrap_or_default();
            let tensors = describe(&pickle, folder).context(name.clone())?;
            anyhow::Ok(tensors)
        };
        Ok(Self {
            tensors: open().with_context(|| format!("cannot read {}", path.display()))?,
            path: path.to_owned(),
        })
    }

    fn load(&self, name: &str) -> Result<Vec<f32>> {
        let tensor = self.tensors.get(name).context("found no such tensor")?;
        let count = tensor
            .shape
            .iter()
            .try_fold(1usize, |all, &size| all.checked_mul(size));
        let bytes = count.and_then(|count| count.checked_mul(tensor.kind.bytes()));
        let bytes = bytes.context("found a shape whose size overflows")?;
        let mut archive = archive(&self.path)?;
        let mut entry = archive.by_name(&tensor.file)?;
        // As torch.save does it; so the file's own length bounds the numbers.
        ensure!(
            entry.compression() == CompressionMethod::Stored,
            "{}: found a compressed entry, expected it stored uncompressed, as torch.save does",
            tensor.file
        );
        let end = tensor.start.checked_add(bytes as u64);
        ensure!(
            end.is_some_and(|end| end <= entry.compressed_size().min(entry.size())),
            "{}: found {} bytes, expected {bytes} from {} on",
            tensor.file,
            entry.size(),
            tensor.start
        );
        std::io::copy(&mut entry.by_ref().take(tensor.start), &mut std::io::sink())?;
        let mut raw = Vec::new();
        entry.take(bytes as u64).read_to_end(&mut raw)?;
        ensure!(raw.len() == bytes, "{}: it is cut off", tensor.file);
        let values = numbers(&raw, tensor.kind);
        Ok(match (tensor.shape.as_slice(), tensor.transposed) {
            (&[rows, columns], true) => {
                let row = |row| (0..columns).map(move |column| (row, column));
                let places = (0..rows).flat_map(row);
                places
                    .map(|(row, column)| values[column * rows + row])
                    .collect()
            }
            _ => values,
        })
    }
}

fn archive(path: &Path) -> Result<ZipArchive<BufReader<File>>> {
    Ok(ZipArchive::new(BufReader::new(File::open(path)?))?)
}

fn numbers(raw: &[u8], kind: Kind) -> Vec<f32> {
    fn each<const N: usize>(raw: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
        raw.as_chunks::<N>()
            .0
            .iter()
            .map(|bytes| number(*bytes))
            .collect()
    }
    match kind {
        Kind::F16 => each(raw, |bytes| f16::from_le_bytes(bytes).to_f32()),
        Kind::BF16 => each(raw, |bytes| bf16::from_le_bytes(bytes).to_f32()),
        Kind::F32 => each(raw, f32::from_le_bytes),
        Kind::F64 => each(raw, |bytes| f64::from_le_bytes(bytes) as f32),
    }
}

impl Weights for PickleWeights {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.tensors.get(name)?.shape.clone())
    }

    fn read(&self, name: &str) -> Result<Vec<f32>, EncoderError> {
        self.load(name)
            .map_err(|error| EncoderError::Tensor(format!("{name}: {error:#}")))
    }
}

/// The tensors of a state dictionary; what else is in it is passed over.
fn describe(pickle: &[u8], folder: &str) -> Result<HashMap<String, Tensor>> {
    Counter::default().run(pickle)?;
    let mut stack = Stack::empty();
    stack.read_loop(&mut &pickle[..])?;
    let entries = match stack.finalize()? {
        Object::Dict(entries) => entries,
        // A TorchScript module: its state is an argument.
        Object::Build { args, .. } => args.dict().unwrap_or_default(),
        _ => Vec::new(),
    };
    let named = |(name, value): (Object, Object)| {
        let name = name.unicode().ok()?;
        Some((name, tensor(value, folder)?))
    };
    Ok(entries.into_iter().filter_map(named).collect())
}

/// What `torch._utils._rebuild_tensor_v2` is called with: storage, offset,
/// size, stride, and what only gradients need.
fn tensor(value: Object, folder: &str) -> Option<Tensor> {
    let (callable, arguments) = value.reduce().ok()?;
    let (_, called) = callable.class().ok()?;
    let arguments = arguments.tuple().ok()?;
    match called.as_str() {
        "_rebuild_tensor_v2" => {}
        "_rebuild_parameter" => return tensor(arguments.into_iter().next()?, folder),
        _ => return None,
    }
    let mut arguments = arguments.into_iter();
    let storage = arguments.next()?.persistent_load().ok()?.tuple().ok()?;
    let offset = usize::try_from(arguments.next()?.int_or_long().ok()?).ok()?;
    let shape = sizes(arguments.next()?)?;
    let stride = sizes(arguments.next()?)?;
    let mut storage = storage.into_iter().skip(1);
    let (_, class) = storage.next()?.class().ok()?;
    let key = storage.next()?.unicode().ok()?;
    let kind = match class.as_str() {
        "HalfStorage" => Kind::F16,
        "BFloat16Storage" => Kind::BF16,
        "FloatStorage" => Kind::F32,
        "DoubleStorage" => Kind::F64,
        _ => return None,
    };
    if shape.len() != stride.len() {
        return None;
    }
    let by_rows = is_dense(shape.iter().zip(&stride).rev());
    let by_columns = is_dense(shape.iter().zip(&stride));
    if !(by_rows || by_columns && shape.len() == 2) {
        return None;
    }
    Some(Tensor {
        shape,
        kind,
        file: format!("{folder}/{key}"),
        start: offset.checked_mul(kind.bytes())? as u64,
        transposed: !by_rows,
    })
}

/// Whether numbers follow each other without gaps: sizes and strides, the
/// fastest first.
fn is_dense<'a>(mut sizes: impl Iterator<Item = (&'a usize, &'a usize)>) -> bool {
    let mut expected = Some(1usize);
    sizes.all(|(&size, &stride)| {
        let fits = size <= 1 || Some(stride) == expected;
        expected = expected.and_then(|all| all.checked_mul(size));
        fits
    })
}

fn sizes(tuple: Object) -> Option<Vec<usize>> {
    let sizes = tuple.tuple().ok()?.into_iter();
    sizes
        .map(|size| usize::try_from(size.int_or_long().ok()?).ok())
        .collect()
}
