//! Reports as pictures, in SVG.

use std::collections::BTreeSet;

use anyhow::Result;
use nerite::{Loss, Matrix, Reliability};
use plotters::coord::Shift;
use plotters::prelude::*;

/// Steps that one point of a loss curve averages over.
const WINDOW: usize = 25;

/// The colours of series, told apart by people with colour-blindness too
/// (Okabe and Ito, "Color Universal Design", 2008).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

const FONT: &str = "sans-serif";

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws on a white ground of this size.
fn drawn(size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Result<()>) -> Result<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE)?;
        draw(&area)?;
        area.present()?;
    }
    Ok(svg)
}

fn colour(series: usize) -> RGBColor {
    COLOURS[series % COLOURS.len()]
}

/// What each series is, in the order of the colours, at the top right.
fn legend(area: &Area<'_>, names: &[String]) -> Result<()> {
    let right = area.dim_in_pixel().0 as i32 - 20;
    for (index, name) in names.iter().enumerate() {
        let y = 44 + 18 * index as i32;
        let swatch = [(right - 12, y), (right, y + 12)];
        area.draw(&Rectangle::new(swatch, colour(index).filled()))?;
        let style = (FONT, 13).into_font().color(&BLACK);
        let style = style.pos(plotters::style::text_anchor::Pos::new(
            plotters::style::text_anchor::HPos::Right,
            plotters::style::text_anchor::VPos::Top,
        ));
        area.draw(&Text::new(name.clone(), (right - 18, y), style))?;
    }
    Ok(())
}

/// The loss after every step, averaged over some of them: a curve each, with a
/// line at the end of every epoch of the first one.
///
/// # Errors
///
/// None that are known; the chart library could fail.
pub fn loss(title: &str, curves: &[(&str, &Loss)]) -> Result<String> {
    let mean = |steps: &[f32]| steps.iter().sum::<f32>() / steps.len() as f32;
    let points = |loss: &Loss| -> Vec<(f32, f32)> {
        let windows = loss.steps.chunks(WINDOW).enumerate();
        windows
            .map(|(index, steps)| {
                let middle = (index * WINDOW) as f32 + steps.len() as f32 / 2.0;
                (middle, mean(steps))
            })
            .collect()
    };
    let lines: Vec<_> = curves.iter().map(|(_, loss)| points(loss)).collect();
    let heights = lines.iter().flatten().map(|(_, y)| *y);
    let highest = heights.fold(0.0, f32::max).max(f32::MIN_POSITIVE);
    let steps = curves.iter().map(|(_, loss)| loss.steps.len()).max();
    let steps = steps.unwrap_or(0).max(1);
    drawn((720, 400), |area| {
        let mut chart = ChartBuilder::on(area)
            .caption(title, (FONT, 20))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(56)
            .build_cartesian_2d(0f32..steps as f32, 0f32..highest * 1.05)?;
        chart
            .configure_mesh()
            .x_desc("step")
            .y_desc("cross-entropy, nats per word")
            .light_line_style(WHITE)
            .x_label_formatter(&|x| format!("{x:.0}"))
            .draw()?;
        if let [(_, loss), ..] = curves {
            for epoch in 1..loss.epochs.len() {
                let x = (loss.steps.len() * epoch / loss.epochs.len()) as f32;
                chart.draw_series(LineSeries::new([(x, 0.0), (x, highest)], BLACK.mix(0.25)))?;
            }
        }
        for (index, line) in lines.into_iter().enumerate() {
            chart.draw_series(LineSeries::new(line, colour(index).stroke_width(2)))?;
        }
        if curves.len() > 1 {
            let names: Vec<String> = curves.iter().map(|(name, _)| (*name).to_owned()).collect();
            legend(area, &names)?;
        }
        Ok(())
    })
}

/// Bars from 0 to 1 in groups: a bar of each series for every group. What is
/// not known has no bar.
///
/// # Errors
///
/// As [`loss`].
pub fn bars(
    title: &str,
    series: &[String],
    groups: &[(String, Vec<Option<f64>>)],
) -> Result<String> {
    let count = groups.len().max(1);
    let width = (count * (series.len() * 22 + 26)).clamp(720, 4000) as u32;
    drawn((width, 420), |area| {
        let mut chart = ChartBuilder::on(area)
            .caption(title, (FONT, 20))
            .margin(12)
            // Above the highest bar there is room for the legend.
            .margin_top(12 + 18 * series.len() as u32)
            .x_label_area_size(24)
            .y_label_area_size(44)
            .build_cartesian_2d(0f64..count as f64, 0f64..1f64)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(WHITE)
            .x_labels(0)
            .draw()?;
        let share = 0.84 / series.len().max(1) as f64;
        for (group, (name, values)) in groups.iter().enumerate() {
            for (index, value) in values.iter().enumerate() {
                let Some(value) = value else { continue };
                let left = group as f64 + 0.08 + index as f64 * share;
                let bar = [(left, 0.0), (left + share * 0.92, *value)];
                chart.draw_series([Rectangle::new(bar, colour(index).filled())])?;
                let style = (FONT, 10).into_font().color(&BLACK);
                let label = format!("{value:.3}");
                chart.draw_series([Text::new(label, (left, (value + 0.035).min(1.0)), style)])?;
            }
            let (x, y) = chart.backend_coord(&(group as f64 + 0.08, 0.0));
            area.draw(&Text::new(name.clone(), (x, y + 6), (FONT, 13)))?;
        }
        legend(area, series)
    })
}

/// Counts by gold label (rows) and predicted label (columns), shaded by the
/// share of the row.
///
/// # Errors
///
/// As [`loss`].
pub fn confusion(title: &str, matrix: &Matrix) -> Result<String> {
    let labels: BTreeSet<&String> = matrix
        .keys()
        .chain(matrix.values().flat_map(|row| row.keys()))
        .collect();
    let labels: Vec<&String> = labels.into_iter().collect();
    let name = |label: &str| match label {
        "" => "none".to_owned(),
        own => own.to_owned(),
    };
    const CELL: i32 = 46;
    let (left, top) = (90, 92);
    let side = labels.len() as i32 * CELL;
    let size = ((left + side + 20) as u32, (top + side + 20) as u32);
    drawn(size, |area| {
        area.draw(&Text::new(title.to_owned(), (12, 12), (FONT, 18)))?;
        let axes = "rows: gold; columns: predicted";
        area.draw(&Text::new(axes, (12, 38), (FONT, 12)))?;
        for (row, gold) in labels.iter().enumerate() {
            let y = top + row as i32 * CELL;
            area.draw(&Text::new(name(gold), (12, y + 16), (FONT, 13)))?;
            let x = left + row as i32 * CELL;
            area.draw(&Text::new(name(gold), (x + 4, top - 20), (FONT, 13)))?;
            let counts = matrix.get(*gold);
            let all: u64 = counts.map_or(0, |row| row.values().sum());
            for (column, predicted) in labels.iter().enumerate() {
                let count = counts
                    .and_then(|row| row.get(*predicted))
                    .copied()
                    .unwrap_or(0);
                let share = count as f64 / all.max(1) as f64;
                let x = left + column as i32 * CELL;
                let cell = [(x, y), (x + CELL - 2, y + CELL - 2)];
                let ground = if row == column {
                    COLOURS[0]
                } else {
                    COLOURS[1]
                };
                area.draw(&Rectangle::new(cell, ground.mix(share.sqrt()).filled()))?;
                area.draw(&Rectangle::new(cell, BLACK.mix(0.15)))?;
                if count > 0 {
                    let ink = if share.sqrt() > 0.6 { WHITE } else { BLACK };
                    let style = (FONT, 11).into_font().color(&ink);
                    area.draw(&Text::new(count.to_string(), (x + 4, y + 16), style))?;
                }
            }
        }
        Ok(())
    })
}

/// Accuracy against confidence, in bins; a line from corner to corner is where
/// both are equal.
///
/// # Errors
///
/// As [`loss`].
pub fn reliability(title: &str, reliability: &Reliability) -> Result<String> {
    let count = reliability.bins.len().max(1) as f64;
    drawn((480, 480), |area| {
        let mut chart = ChartBuilder::on(area)
            .caption(format!("{title}, ECE {:.4}", reliability.ece), (FONT, 16))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(48)
            .build_cartesian_2d(0f64..1f64, 0f64..1f64)?;
        chart
            .configure_mesh()
            .x_desc("confidence")
            .y_desc("share that is right")
            .light_line_style(WHITE)
            .draw()?;
        let bins = reliability.bins.iter().enumerate();
        let bars = bins.filter(|(_, bin)| bin.count > 0).map(|(index, bin)| {
            let ends = [index as f64 / count, (index + 1) as f64 / count];
            Rectangle::new(
                [(ends[0], 0.0), (ends[1], bin.accuracy)],
                COLOURS[0].mix(0.6).filled(),
            )
        });
        chart.draw_series(bars)?;
        let mean = reliability.bins.iter().filter(|bin| bin.count > 0);
        let mean = mean.map(|bin| (bin.confidence, bin.accuracy));
        chart.draw_series(LineSeries::new(mean, COLOURS[1].stroke_width(2)))?;
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], BLACK.mix(0.5)))?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_svg(picture: &str) {
        assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
        assert!(!picture.contains("<b>"), "names are escaped");
        assert!(!picture.contains("NaN"));
    }

    #[test]
    fn pictures_are_drawn_of_any_loss() {
        let long = Loss {
            steps: (0..3000).map(|step| 3.0 / (1.0 + step as f32)).collect(),
            epochs: vec![1.0, 2.0, 3.0],
        };
        let picture = loss("<b>&", &[("<b>", &long), ("none", &Loss::default())]).unwrap();
        assert!(picture.contains("<polyline"));
        is_svg(&picture);
        is_svg(&loss("none", &[]).unwrap());
    }

    #[test]
    fn bars_have_their_figures_and_gaps() {
        let series = ["<b>".to_owned(), "two".to_owned()];
        let groups = [
            ("x".to_owned(), vec![Some(0.25), None]),
            ("<b>".to_owned(), vec![Some(0.0), Some(1.0)]),
        ];
        let picture = bars("<b>", &series, &groups).unwrap();
        is_svg(&picture);
        assert!(picture.contains("0.250") && picture.contains("1.000"));
        is_svg(&bars("", &[], &[]).unwrap());
    }

    #[test]
    fn matrices_and_reliability_are_drawn() {
        let mut matrix = Matrix::new();
        matrix
            .entry("<b>".into())
            .or_default()
            .insert(String::new(), 17);
        let picture = confusion("<b>", &matrix).unwrap();
        is_svg(&picture);
        assert!(picture.contains("17") && picture.contains("none"));
        is_svg(&confusion("", &Matrix::new()).unwrap());
        let curve = Reliability::new([(0.95, true), (0.4, false)]);
        is_svg(&reliability("<b>", &curve).unwrap());
        is_svg(&reliability("", &Reliability::new([])).unwrap());
    }
}
