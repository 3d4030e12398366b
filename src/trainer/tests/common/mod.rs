//! What the tests of the binary share: a place of their own on disk, runs of
//! `nerite` in it, and corpora made up on the spot.

use std::ffi::OsString;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use safetensors::{Dtype, SafeTensors};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

/// The golden checkpoints.
pub(crate) const ENCODERS: [&str; 7] = [
    "bert-tiny",
    "bert-tiny-legacy",
    "bert-tiny-prefixed",
    "distilbert-tiny",
    "distilbert-tiny-prefixed",
    "roberta-tiny",
    "roberta-tiny-prefixed",
];

/// The longest that anything here is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// The repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A golden checkpoint's folder.
pub(crate) fn golden(name: &str) -> PathBuf {
    repository().join("tests/golden/encoders").join(name)
}

pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// A folder with a cache in it that goes away with the value. Nothing is
/// looked up outside: the hub is a port where nobody listens.
pub(crate) struct Lab {
    folder: TempDir,
}

/// How a run ended.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.path("cache")
    }

    /// Forgets what earlier runs have cached.
    pub(crate) fn clear_cache(&self) {
        std::fs::remove_dir_all(self.cache()).ok();
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, contents).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        let path = self.path(name);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// A copy of a golden checkpoint, to be spoilt.
    pub(crate) fn copy_of(&self, encoder: &str, name: &str) -> PathBuf {
        let copy = self.path(name);
        std::fs::create_dir_all(&copy).unwrap();
        for entry in std::fs::read_dir(golden(encoder)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
        }
        copy
    }

    /// `nerite` in this place, not started yet. Arguments are separated by
    /// spaces; `BERT` stands for the golden `bert-tiny`.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nerite"));
        command
            .args(words(arguments))
            .current_dir(self.folder.path())
            .env("NERITE_CACHE", self.cache())
            .env("HF_HOME", self.path("hf"))
            .env("HF_ENDPOINT", "http://127.0.0.1:9")
            .env_remove("HF_HUB_CACHE")
            .env_remove("HF_TOKEN")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Outcome {
        self.run_with(arguments, b"")
    }

    /// Runs `nerite` to its end, `input` on its standard input.
    pub(crate) fn run_with(&self, arguments: &str, input: &[u8]) -> Outcome {
        finish(self.command(arguments), input)
    }

    /// Runs what must go well, and gives its standard output.
    pub(crate) fn ok(&self, arguments: &str) -> String {
        let outcome = self.run(arguments);
        assert_eq!(
            outcome.code,
            Some(0),
            "nerite {arguments}: {}",
            outcome.stderr
        );
        outcome.stdout
    }

    /// Runs what must be refused: exit code 1, one line that names each of
    /// `expected`, and nothing on standard output.
    pub(crate) fn refused(&self, arguments: &str, expected: &[&str]) {
        self.run(arguments).is_refused(arguments, expected);
    }

    /// Runs what the command line's parser must refuse.
    pub(crate) fn misused(&self, arguments: &str, expected: &[&str]) {
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, Some(2), "{arguments}: {}", outcome.stderr);
        for part in expected {
            assert!(
                outcome.stderr.contains(part),
                "{arguments}: {part:?} is not in {}",
                outcome.stderr
            );
        }
    }

    /// Starts a run in the background.
    pub(crate) fn start(&self, arguments: &str) -> Child {
        self.command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Every file under a folder of this place, with its path from there.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let root = self.path(folder);
        let mut found = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let path = path.strip_prefix(&root).unwrap();
                    found.push(path.to_string_lossy().replace('\\', "/"));
                }
            }
        }
        found.sort();
        found
    }

    /// The one file of this name in the cache, if there is one.
    pub(crate) fn cached(&self, name: &str) -> Option<PathBuf> {
        let all = self.files("cache");
        let mut found = all
            .iter()
            .filter(|path| path.rsplit('/').next() == Some(name));
        let path = found.next()?;
        assert_eq!(found.next(), None, "more than one {name}: {all:?}");
        Some(self.cache().join(path))
    }

    /// No half-finished file is left anywhere.
    pub(crate) fn is_tidy(&self) {
        let all = self.files("");
        let left: Vec<_> = all
            .iter()
            .filter(|path| path.contains(".nerite-"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

impl Outcome {
    pub(crate) fn is_refused(&self, what: &str, expected: &[&str]) {
        let Self {
            code,
            stdout,
            stderr,
        } = self;
        assert_eq!(*code, Some(1), "{what}: {stdout}{stderr}");
        assert!(!stderr.contains("panicked"), "{what}: {stderr}");
        assert!(said(stderr).starts_with("nerite: "), "{what}: {stderr}");
        assert_eq!(stdout, "", "{what}");
        for part in expected {
            assert!(stderr.contains(part), "{what}: {part:?} is not in {stderr}");
        }
    }
}

/// What was said, without notes on how corpora were read and are used.
pub(crate) fn said(stderr: &str) -> String {
    let notes = [
        ": read as ",
        " sentences to train on",
        ": to choose by",
        " to judge on",
        " steps of fitting (",
    ];
    let note =
        |line: &&str| !line.starts_with("nerite: ") && notes.iter().any(|note| line.contains(note));
    let lines = stderr.lines().filter(|line| !note(line));
    lines.map(|line| format!("{line}\n")).collect()
}

fn words(arguments: &str) -> Vec<OsString> {
    arguments
        .split_whitespace()
        .map(|argument| match argument {
            "BERT" => golden("bert-tiny").into(),
            _ => argument.into(),
        })
        .collect()
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command, input: &[u8]) -> Outcome {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A run that does not read its input closes it.
    let writer = std::thread::spawn(move || stdin.write_all(&input).ok());
    let outcome = wait(child);
    writer.join().unwrap();
    outcome
}

/// Waits for a run and gives all that it wrote.
pub(crate) fn wait(child: Child) -> Outcome {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Waits until `condition` holds or the run ends; whether it holds.
pub(crate) fn wait_until(child: &mut Child, mut condition: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if condition() {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(start.elapsed() < PATIENCE, "waited for too long");
        std::thread::sleep(Duration::from_micros(300));
    }
}

/// A word that the tiny vocabularies drop, as GMB has some.
pub(crate) const DROPPED: &str = "\u{92}";

/// A made-up corpus in CoNLL columns whose tags can be told from the words.
/// Some sentences are longer than the tiny encoders' windows; every tenth one
/// has a word without a subword.
pub(crate) fn columns(sentences: usize) -> String {
    const PLAIN: [&str; 10] = [
        "an", "in", "of", "to", "and", "for", "the", "percent", ",", ".",
    ];
    const ENTITIES: [&[(&str, &str)]; 5] = [
        &[("kilometers", "B-geo")],
        &[("kilometers", "B-geo"), ("million", "I-geo")],
        &[("representatives", "B-per"), ("minister", "I-per")],
        &[("representatives", "B-per")],
        &[("year", "B-tim")],
    ];
    let mut state = 1_u32;
    let mut below = |bound: usize| {
        // Numerical Recipes' generator; its upper bits are good enough here.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % bound
    };
    let mut text = String::new();
    for sentence in 0..sentences {
        let units = if sentence % 40 == 39 {
            100
        } else {
            3 + below(10)
        };
        for _ in 0..units {
            let plain = [(PLAIN[below(PLAIN.len())], "O")];
            let unit = match below(3) {
                0 => ENTITIES[below(ENTITIES.len())],
                _ => &plain,
            };
            for (word, tag) in unit {
                text += &format!("{word}\t{tag}\n");
            }
        }
        if sentence % 10 == 0 {
            text += &format!("{DROPPED}\tO\n");
        }
        text.push('\n');
    }
    text
}

/// A file as `torch.save` writes a state dictionary of f32 tensors: a zip with
/// a pickle (protocol 2) and a file per storage.
pub(crate) fn pytorch(safetensors: &[u8]) -> Vec<u8> {
    let file = SafeTensors::deserialize(safetensors).unwrap();
    let mut pickle = b"\x80\x02}(".to_vec();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let text = |text: &str| {
        let length = u32::try_from(text.len()).unwrap().to_le_bytes();
        [b"X", &length[..], text.as_bytes()].concat()
    };
    let tuple = |numbers: &[usize]| {
        let int = |number: &usize| {
            let number = i32::try_from(*number).unwrap();
            [&b"J"[..], &number.to_le_bytes()].concat()
        };
        [
            b"(".to_vec(),
            numbers.iter().flat_map(int).collect(),
            b"t".to_vec(),
        ]
        .concat()
    };
    let mut names = file.names();
    names.sort_unstable();
    for (key, name) in names.into_iter().enumerate() {
        let tensor = file.tensor(name).unwrap();
        if tensor.dtype() != Dtype::F32 {
            continue;
        }
        let shape = tensor.shape();
        let stride = |axis: usize| shape[axis + 1..].iter().product::<usize>();
        let strides: Vec<usize> = (0..shape.len()).map(stride).collect();
        let count = i32::try_from(tensor.data().len() / 4).unwrap();
        let key = key.to_string();
        pickle.extend(text(name));
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        pickle.extend(text("storage"));
        pickle.extend(b"ctorch\nFloatStorage\n");
        pickle.extend(text(&key));
        pickle.extend(text("cpu"));
        pickle.extend([b"J", &count.to_le_bytes()[..], b"tQJ\0\0\0\0"].concat());
        pickle.extend(tuple(shape));
        pickle.extend(tuple(&strides));
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtR");
        zip.start_file(format!("model/data/{key}"), stored).unwrap();
        zip.write_all(tensor.data()).unwrap();
    }
    pickle.extend(b"u.");
    zip.start_file("model/data.pkl", stored).unwrap();
    zip.write_all(&pickle).unwrap();
    zip.finish().unwrap().into_inner()
}
