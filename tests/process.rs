//! A program that runs beside a test and ends with it.

use std::io::{BufRead, BufReader, PipeReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A running program; killed when dropped.
pub(crate) struct Process {
    name: String,
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    /// Starts a program and listens to its standard output.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let (output, writer) = std::io::pipe()?;
        Self::listen(command.stdout(writer), output)
    }

    /// Starts a program and listens to its standard output and error.
    pub(crate) fn start_with_errors(command: &mut Command) -> Result<Self> {
        let (output, writer) = std::io::pipe()?;
        let errors = writer.try_clone()?;
        Self::listen(command.stdout(writer).stderr(errors), output)
    }

    fn listen(command: &mut Command, output: PipeReader) -> Result<Self> {
        let name = command.get_program().display().to_string();
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("{name}: cannot be started"))?;
        // The program's own copies keep the pipe open, and nothing else does.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let (sender, lines) = channel();
        // Reads to the end, so that the program never waits for a full pipe.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Ok(Self { name, child, lines })
    }

    /// The first line of output in which `find` finds something.
    pub(crate) fn wait_for<T>(
        &self,
        timeout: Duration,
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<T> {
        let end = Instant::now() + timeout;
        let mut output = String::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return Ok(found);
                    }
                    output += &line;
                    output.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => {
                    bail!(
                        "{}: did not start in {timeout:?}; it said:\n{output}",
                        self.name
                    )
                }
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("{}: ended at once; it said:\n{output}", self.name)
                }
            }
        }
    }

    /// The output since the last call.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    /// Gives the program time to end by itself.
    pub(crate) fn wait(&mut self, timeout: Duration) {
        let end = Instant::now() + timeout;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
