//! Elementwise functions and reductions of encoders and heads.
//!
//! All of it is plain multiplication, addition and division in a fixed order,
//! written so that the compiler turns it into SIMD of any width, and never
//! contracted to fused multiply-adds: every backend, native or wasm, therefore
//! computes the same bits.

/// Width of the partial sums of a reduction. Fixed, so that the order of
/// additions does not depend on the machine.
const LANES: usize = 16;

/// The sum of `f(x)`, in [`LANES`] interleaved partial sums.
#[inline(always)]
pub(crate) fn sum_of(values: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let mut chunks = values.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += f(value);
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(chunks.remainder()) {
        *lane += f(value);
    }
    fold(&lanes, |a, b| a + b)
}

/// All lanes in one: the first half with the second, until one is left.
///
/// Never inlined: compilers that see how the lanes end up in one take them
/// apart in the loop before, too.
#[inline(never)]
fn fold(lanes: &[f32; LANES], two: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = *lanes;
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] = two(lanes[lane], lanes[lane + width]);
        }
        width /= 2;
    }
    lanes[0]
}

/// The lesser; the second if one is not a number. As SIMD has it.
#[inline(always)]
fn least(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// The greater; the second if one is not a number.
#[inline(always)]
fn most(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// The least and the greatest of `values` and 0.
#[inline(always)]
pub(crate) fn range_with_zero(values: &[f32]) -> (f32, f32) {
    let mut low = [0.0f32; LANES];
    let mut high = [0.0f32; LANES];
    let mut chunks = values.chunks_exact(LANES);
    for chunk in &mut chunks {
        for lane in 0..LANES {
            low[lane] = least(chunk[lane], low[lane]);
            high[lane] = most(chunk[lane], high[lane]);
        }
    }
    for (lane, &value) in chunks.remainder().iter().enumerate() {
        low[lane] = least(value, low[lane]);
        high[lane] = most(value, high[lane]);
    }
    (fold(&low, least), fold(&high, most))
}

/// `2^x` for `x` in `-126..=0`; relative error below 8e-5, which rounding to
/// seven bits hides. As -126 for what is less or not a number.
///
/// Splits `x = n + r`, `n` an integer; of `2^r`, `|r| <= 1/2`, the polynomial
/// is the best in the sense of the greatest relative error (found by
/// iteratively reweighted least squares).
#[inline(always)]
pub(crate) fn exp2_nonpositive(x: f32) -> f32 {
    // 1.5 * 2^23: adding it rounds to an integer that stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let clamped = if x > -126.0 { x } else { -126.0 };
    let shifted = clamped + ROUND;
    let r = clamped - (shifted - ROUND);
    let mut p = 5.517_167e-2;
    p = p * r + 2.426_111_3e-1;
    p = p * r + 6.932_61e-1;
    p = p * r + 9.999_28e-1;
    let exponent = shifted
        .to_bits()
        .wrapping_sub(ROUND.to_bits())
        .wrapping_add(127);
    p * f32::from_bits(exponent << 23)
}

/// `x * Phi(x)`; absolute error below 1.5e-4 for `|x| <= 500`, which is a
/// hundredth of what quantizing the result to seven bits adds, and below
/// `3e-7 |x|` beyond.
///
/// `(Phi(x) - 1/2) / x` is a polynomial in `x^2`, the best in the sense of the
/// greatest error of the result on `[-4, 4]` among those that reach 0 and 1 (but
/// for rounding) at its ends (found by iteratively reweighted least squares).
#[inline(always)]
pub(crate) fn gelu(x: f32) -> f32 {
    const END: f32 = 4.0;
    let inside = if x < END { x } else { END };
    let inside = if inside > -END { inside } else { -END };
    let t = inside * inside;
    let mut p = -4.423_662e-10;
    p = p * t + 5.080_893e-8;
    p = p * t - 2.317_348_5e-6;
    p = p * t + 5.749_843_5e-5;
    p = p * t - 8.835_434_8e-4;
    p = p * t + 9.042_696e-3;
    p = p * t - 6.506_958e-2;
    p = p * t + 3.981_899_7e-1;
    x * (0.5 + inside * p)
}

/// The tanh approximation of [`gelu`], as `gelu_new` defines it:
/// `x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))`.
#[inline(always)]
pub(crate) fn gelu_tanh(x: f32) -> f32 {
    let u = 0.797_884_6 * (x + 0.044_715 * x * x * x);
    // (1 + tanh(u)) / 2 = 1 / (1 + e^-2u)
    x * sigmoid(2.0 * u)
}

/// Normalizes `row` in place to mean 0 and variance 1, then scales and shifts.
#[inline(always)]
pub(crate) fn layer_norm(row: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) {
    let width = row.len() as f32;
    let mean = sum_of(row, |x| x) / width;
    let variance = sum_of(row, |x| (x - mean) * (x - mean)) / width;
    let inverse = 1.0 / (variance + epsilon).sqrt();
    for ((x, &w), &b) in row.iter_mut().zip(weight).zip(bias) {
        *x = (*x - mean) * inverse * w + b;
    }
}

/// The greatest of `values`; minus infinity if there are none.
#[inline(always)]
pub(crate) fn greatest(values: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let mut chunks = values.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = most(value, *lane);
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(chunks.remainder()) {
        *lane = most(value, *lane);
    }
    fold(&lanes, most)
}

/// `e^x`; relative error below 2e-7 for `|x| < 87`, 0 below, infinity above.
///
/// Splits `x = n ln 2 + r` and sums the Taylor series of `e^r` to its seventh
/// power, `|r| <= ln 2 / 2`.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // 1.5 * 2^23: adding it rounds to an integer that stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let clamped = x.clamp(-87.0, 87.0);
    let shifted = clamped * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = clamped - n * LN2_HIGH - n * LN2_LOW;
    let mut p = 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    let exponent = shifted
        .to_bits()
        .wrapping_sub(ROUND.to_bits())
        .wrapping_add(127);
    let power = p * f32::from_bits(exponent << 23);
    if x < -87.0 {
        0.0
    } else if x > 87.0 {
        f32::INFINITY
    } else {
        power
    }
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let e = exp(-x.abs());
    let above = if x >= 0.0 { 1.0 } else { e };
    above / (1.0 + e)
}

/// The hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let e = exp(-2.0 * x.abs());
    ((1.0 - e) / (1.0 + e)).copysign(x)
}

/// The softmax of `scores`, in place.
pub(crate) fn softmax(scores: &mut [f32]) {
    let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter_mut().for_each(|x| *x = exp(*x - greatest));
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|x| *x /= sum);
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn powers_of_two_are_close_everywhere() {
        for step in 0..=100_000 {
            let x = -126.0 * step as f32 / 100_000.0;
            let expected = f64::from(x).exp2();
            let found = f64::from(exp2_nonpositive(x));
            assert!(
                (found - expected).abs() <= expected * 8e-5,
                "2^{x} = {found}, not {expected}"
            );
        }
        for x in [-1e9, f32::NEG_INFINITY, f32::NAN] {
            assert_eq!(exp2_nonpositive(x), exp2_nonpositive(-126.0));
        }
    }

    /// The error function by its Taylor series, in f64.
    fn erf(z: f64) -> f64 {
        let (mut term, mut sum) = (z, z);
        for n in 1..400 {
            term *= -z * z / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    }

    #[test]
    fn gelus_are_close() {
        for step in -50_000..=50_000 {
            let x = step as f32 / 10_000.0;
            let wide = f64::from(x);
            let exact = wide * 0.5 * (1.0 + erf(wide * std::f64::consts::FRAC_1_SQRT_2));
            let tanh = 0.797_884_560_802_865_4 * (wide + 0.044715 * wide.powi(3));
            let approximate = wide * 0.5 * (1.0 + tanh.tanh());
            assert!((f64::from(gelu(x)) - exact).abs() < 1.5e-4, "gelu({x})");
            assert!(
                (f64::from(gelu_tanh(x)) - approximate).abs() < 1e-6,
                "gelu_new({x})"
            );
        }
        for x in [-1e9f32, -1e4, -500.0, -8.0, 8.0, 500.0, 1e4, 1e9] {
            let bound = if x.abs() > 500.0 {
                3e-7 * x.abs()
            } else {
                1.5e-4
            };
            assert!(
                (gelu(x) - x.max(0.0)).abs() <= bound,
                "gelu({x}) = {}",
                gelu(x)
            );
        }
    }

    #[test]
    fn reductions_cover_every_length() {
        for length in 0..70 {
            let values: Vec<f32> = (0..length)
                .map(|i| (i as f32 * 37.0) % 11.0 - 5.0)
                .collect();
            assert_eq!(sum_of(&values, |x| x), values.iter().sum::<f32>());
            let (low, high) = range_with_zero(&values);
            assert_eq!(low, values.iter().copied().fold(0.0, f32::min));
            assert_eq!(high, values.iter().copied().fold(0.0, f32::max));
            let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert_eq!(greatest(&values), most);
        }
    }

    #[test]
    fn functions_are_close_everywhere() {
        for step in -100_000..=100_000 {
            let x = 90.0 * step as f32 / 100_000.0;
            let wide = f64::from(x);
            let near = |found: f32, expected: f64, bound: f64| {
                assert!(
                    (f64::from(found) - expected).abs() <= bound,
                    "{x}: {found}, not {expected}"
                );
            };
            if x.abs() <= 87.0 {
                near(exp(x), wide.exp(), wide.exp() * 2e-7);
            }
            near(sigmoid(x), 1.0 / (1.0 + (-wide).exp()), 2e-7);
            near(tanh(x), wide.tanh(), 2e-7);
        }
        assert_eq!(
            (exp(f32::NEG_INFINITY), exp(-1e9), exp(1e9)),
            (0.0, 0.0, f32::INFINITY)
        );
        assert!(exp(f32::NAN).is_nan());
    }
}
