//! Which hidden states a head reads, as the command line has it.

use std::str::FromStr;

use anyhow::{Result, bail, ensure};
use nerite::HeadConfig;

/// Which hidden states a head reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layers {
    /// The output of the last layer.
    Last,
    /// The outputs of the last four layers, side by side.
    LastFour,
    /// The embeddings and every layer's output, side by side.
    All,
    /// The same, summed with learnt weights.
    Mix,
    /// These, 0 being the embeddings.
    These(Vec<usize>),
}

impl FromStr for Layers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "last" => Ok(Self::Last),
            "last4" => Ok(Self::LastFour),
            "all" => Ok(Self::All),
            "mix" => Ok(Self::Mix),
            list => {
                let layers: Option<Vec<usize>> =
                    list.split(',').map(|layer| layer.parse().ok()).collect();
                let layers =
                    layers.filter(|layers| layers.windows(2).all(|pair| pair[0] < pair[1]));
                layers.map(Self::These).ok_or_else(|| {
                    format!("found {list:?}, expected last, last4, all, mix or increasing numbers as in 0,3,6")
                })
            }
        }
    }
}

impl std::fmt::Display for Layers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Last => f.write_str("last"),
            Self::LastFour => f.write_str("last4"),
            Self::All => f.write_str("all"),
            Self::Mix => f.write_str("mix"),
            Self::These(layers) => {
                let layers: Vec<String> = layers.iter().map(usize::to_string).collect();
                f.write_str(&layers.join(","))
            }
        }
    }
}

impl Layers {
    /// The layers that a head reads.
    ///
    /// # Errors
    ///
    /// A mix of some layers, which no flag asks for.
    pub fn like(head: &HeadConfig) -> Result<Self> {
        if !head.mix {
            return Ok(Self::These(head.layers.clone()));
        }
        ensure!(
            head.layers.iter().copied().eq(0..head.layers.len()),
            "found a head that mixes the layers {:?}, expected all of them",
            head.layers
        );
        Ok(Self::Mix)
    }

    /// The layers' numbers in an encoder of so many transformer layers.
    ///
    /// # Errors
    ///
    /// A layer that the encoder does not have.
    pub fn of(&self, count: usize) -> Result<Vec<usize>> {
        Ok(match self {
            Self::Last => vec![count],
            Self::LastFour => (count.saturating_sub(3)..=count).collect(),
            Self::All | Self::Mix => (0..=count).collect(),
            Self::These(layers) => {
                if let Some(layer) = layers.iter().find(|&&layer| layer > count) {
                    bail!("found layer {layer}, but the encoder's last is {count}");
                }
                layers.clone()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_read_and_shown() {
        for (text, expected) in [
            ("last", vec![6]),
            ("last4", vec![3, 4, 5, 6]),
            ("0,3,6", vec![0, 3, 6]),
            ("mix", (0..=6).collect()),
        ] {
            let layers: Layers = text.parse().unwrap();
            assert_eq!(layers.of(6).unwrap(), expected);
            assert_eq!(layers.to_string(), text);
        }
        assert_eq!(Layers::All.of(2).unwrap(), [0, 1, 2]);
        assert_eq!(Layers::LastFour.of(2).unwrap(), [0, 1, 2]);
        for bad in ["", "first", "1,1", "2,1", "-1", "1,"] {
            assert!(bad.parse::<Layers>().is_err(), "{bad}");
        }
        assert!(Layers::These(vec![7]).of(6).is_err());
    }
}
