//! Fits a head to features that are made up here: one number says whether a
//! word is a name. `cargo run --release -p nerite-fit --example fit`

use nerite::{Head, HeadConfig, TagSet};
use nerite_fit::{Examples, Fit, FitError, Gold, Progress, Sentence, Settings, Task};

struct Toy {
    tags: TagSet,
}

const WORDS: [&str; 4] = ["Ada", "met", "Babbage", "twice"];

impl Examples for Toy {
    fn tags(&self) -> &TagSet {
        &self.tags
    }

    fn width(&self) -> usize {
        2
    }

    fn sentence(&self, _: usize) -> Sentence<'_> {
        let gold = [0, 1, 0, 1].map(Gold::Tag).to_vec();
        Sentence {
            words: WORDS.to_vec(),
            gold,
            seen: vec![true; WORDS.len()],
        }
    }

    fn features(&self, _: usize, rows: &mut Vec<f32>) -> Result<(), FitError> {
        for word in WORDS {
            let is_name = word.starts_with(char::is_uppercase);
            rows.extend([if is_name { 1.0 } else { -1.0 }, 0.5]);
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tags = TagSet::new(["B-per", "O"])?;
    let head = HeadConfig::linear(tags.clone(), vec![1], 2, "00");
    let task = Task {
        examples: Toy { tags },
        train: (0..64).collect(),
        validation: None,
        head,
    };
    let mut fit = Fit::new(task, Settings::study(0))?;
    while let Some(progress) = fit.step()? {
        if let Progress::Epoch { epoch, loss, .. } = progress {
            println!("epoch {epoch}: mean loss {loss:.4}");
        }
    }
    let fitted = fit.finish()?;
    Head::from_bytes(&fitted.file)?;
    println!("a head of {} bytes", fitted.file.len());
    Ok(())
}
