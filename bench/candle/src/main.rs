//! candle's f32 encoder, natively, for `scripts/bench`:
//! `bench-candle FOLDER BATCH LENGTH`, FOLDER a checkpoint of BERT or DistilBERT,
//! times one batch for every line that it reads, and answers in JSON. The number
//! of threads is candle's own to read (`RAYON_NUM_THREADS`).

use std::error::Error;
use std::time::Instant;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::{bert, distilbert};
use cpu_time::ProcessTime;

enum Model {
    Bert(bert::BertModel),
    DistilBert(distilbert::DistilBertModel),
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, batch, length] = &arguments[..] else {
        return Err("expected FOLDER BATCH LENGTH".into());
    };
    let (batch, length): (usize, usize) = (batch.parse()?, length.parse()?);
    let device = Device::Cpu;
    let config = std::fs::read_to_string(format!("{folder}/config.json"))?;
    let weights = std::fs::read(format!("{folder}/model.safetensors"))?;
    let vars = VarBuilder::from_buffered_safetensors(weights, DType::F32, &device)?;
    let model = if config.contains("distilbert") {
        let config = serde_json::from_str(&config)?;
        Model::DistilBert(distilbert::DistilBertModel::load(vars, &config)?)
    } else {
        Model::Bert(bert::BertModel::load(vars, &serde_json::from_str(&config)?)?)
    };
    let ids: Vec<u32> = (0..batch * length)
        .map(|at| (1000 + (at / length * 7919 + at % length * 104_729) % 20_000) as u32)
        .collect();
    let ids = Tensor::from_vec(ids, (batch, length), &device)?;
    let run = || match &model {
        Model::Bert(model) => model.forward(&ids, &ids.zeros_like()?, None),
        // Its mask marks what is padding: nothing.
        Model::DistilBert(model) => model.forward(&ids, &Tensor::zeros((1, 1), DType::U8, &device)?),
    };
    run()?;
    println!("{}", serde_json::json!({ "ready": "candle f32" }));
    for line in std::io::stdin().lines() {
        line?;
        let (start, cpu) = (Instant::now(), ProcessTime::now());
        run()?;
        let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64());
        println!("{}", serde_json::json!({ "wall": wall, "cpu": cpu }));
    }
    Ok(())
}
