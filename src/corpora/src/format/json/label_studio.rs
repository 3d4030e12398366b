//! Tasks of Label Studio as it exports them whole.

use serde_json::{Map, Value};

use super::{Reader, first, unknown_object};
use crate::problem::Fault;

impl Reader {
    /// A task of Label Studio, with the first annotation that was not cancelled.
    pub(super) fn label_studio(
        &mut self,
        task: &Map<String, Value>,
        data: &Map<String, Value>,
        line: usize,
    ) -> Result<(), Fault> {
        let text = data.get("text").or_else(|| {
            let mut strings = data.values().filter(|value| value.is_string());
            strings.next().filter(|_| strings.next().is_none())
        });
        let Some(text) = text.and_then(Value::as_str) else {
            return Err(unknown_object(data).at(line));
        };
        let lists = ["annotations", "completions"];
        let Some(Value::Array(annotations)) = first(task, &lists) else {
            return Err(unknown_object(task).at(line));
        };
        let cancelled = |own: &&Value| own["was_cancelled"] == Value::Bool(true);
        let Some(own) = annotations.iter().find(|own| !cancelled(own)) else {
            self.rejected += 1;
            return Ok(());
        };
        let results = own["result"].as_array().map_or(&[][..], Vec::as_slice);
        let labelled = |own: &&Value| own["value"]["labels"].is_array();
        let spans: Vec<Value> = results
            .iter()
            .filter(labelled)
            .map(|own| own["value"].clone())
            .collect();
        self.text(text, &Value::Array(spans), line)
    }
}
