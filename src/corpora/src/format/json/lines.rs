//! On which line a record stands.

/// Whether a text looks like a record on each line.
pub(super) fn is_lines(text: &str) -> bool {
    let first = text.lines().take(2);
    first.filter(|line| line.starts_with('{')).count() == 2
}

/// Counts the lines of a text up to places that only rise.
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
        }
    }

    /// The line of a place that is not before the last one.
    pub(super) fn line(&mut self, at: usize) -> usize {
        let passed = &self.text.as_bytes()[self.at..at];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.at = at;
        self.line
    }
}
