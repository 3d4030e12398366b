//! Matrix products in integers: weights in int8 with a scale per output
//! channel, activations in seven bits with a scale per row. Encoders and heads
//! are made of them.
//!
//! `layout` says how weights lie in memory; `kernels` holds the inner loops, one
//! per instruction set; `packed` and `activations` are what they read; `matmul`
//! walks them tile by tile; `trial` finds the fastest kernel.

mod activations;
mod gram;
mod kernels;
mod layout;
mod matmul;
mod packed;
mod rows;
mod trial;

pub(crate) use activations::{Activations, ROUND, Row};
pub(crate) use gram::Gram;
pub(crate) use kernels::{Activation, Kernel};
pub(crate) use layout::{ACTIVATION_MAX, DEPTH, OUTPUTS};
pub(crate) use matmul::{for_each_tile, multiply};
pub(crate) use packed::{ALWAYS_FITS, MAX_INPUTS, Packed, fours_fit, limit_fours};
pub(crate) use rows::Rows;

/// Which kernel runs the matrix products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    // Tests run it everywhere, to compare the others with it.
    #[cfg_attr(
        all(target_arch = "wasm32", target_feature = "simd128"),
        allow(dead_code, reason = "a build with simd128 always has it")
    )]
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    AvxVnni,
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    #[cfg(target_arch = "aarch64")]
    Dotprod,
    #[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
    Simd128,
    #[cfg(target_feature = "relaxed-simd")]
    Relaxed,
    #[cfg(target_feature = "relaxed-simd")]
    RelaxedPairs,
}

/// What is computed with a kernel. Since nothing in it may depend on the width
/// of registers (see `math`), every kernel gives the same bits.
pub(crate) trait Job {
    type Output;

    /// Has to be `#[inline(always)]`, for it is compiled once per instruction
    /// set.
    ///
    /// # Safety
    ///
    /// The machine must have the kernel's instructions.
    unsafe fn run<K: Kernel>(self) -> Self::Output;
}

impl Default for Backend {
    /// The first of [`Backend::candidates`].
    fn default() -> Self {
        Self::candidates()[0]
    }
}

impl Backend {
    /// Those that this machine can run. Which is fastest is known of native
    /// ones: the first. In a browser it takes a trial
    /// ([`crate::Encoder::choose_kernel`]).
    pub(crate) fn candidates() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        {
            if kernels::Avx512Vnni::available() {
                return vec![Self::Avx512Vnni];
            }
            if kernels::AvxVnni::available() {
                return vec![Self::AvxVnni];
            }
            if std::is_x86_feature_detected!("avx2") {
                return vec![Self::Avx2];
            }
        }
        #[cfg(target_arch = "aarch64")]
        if kernels::Dotprod::available() {
            return vec![Self::Dotprod];
        }
        #[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
        return vec![Self::Simd128];
        #[cfg(target_feature = "relaxed-simd")]
        return vec![Self::Relaxed, Self::RelaxedPairs];
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        vec![Self::Scalar]
    }

    /// The candidate that is fastest, which takes a trial of some hundredths of
    /// a second if there are several. `now` is a clock in milliseconds.
    pub(crate) fn fastest(now: impl Fn() -> f64) -> Self {
        const ROWS: usize = 24;
        const INPUTS: usize = 256;
        const OUTPUTS: usize = 64;
        let candidates = Self::candidates();
        if candidates.len() == 1 {
            return candidates[0];
        }
        let mut activations = Activations::default();
        activations.fill(&[1.0; ROWS * INPUTS], INPUTS);
        let weights = Packed::new(OUTPUTS, INPUTS);
        trial::fastest(&candidates, now, |candidate| {
            candidate.run(Trial {
                activations: &activations,
                weights: &weights,
            });
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scalar => kernels::Scalar::NAME,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => kernels::Avx2::NAME,
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni => kernels::AvxVnni::NAME,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => kernels::Avx512Vnni::NAME,
            #[cfg(target_arch = "aarch64")]
            Self::Dotprod => kernels::Dotprod::NAME,
            #[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
            Self::Simd128 => kernels::Simd128::NAME,
            #[cfg(target_feature = "relaxed-simd")]
            Self::Relaxed => kernels::Relaxed::NAME,
            #[cfg(target_feature = "relaxed-simd")]
            Self::RelaxedPairs => kernels::RelaxedPairs::NAME,
        }
    }

    pub(crate) fn run<J: Job>(self, job: J) -> J::Output {
        // SAFETY: `candidates` found the instructions on this machine.
        unsafe {
            match self {
                Self::Scalar => job.run::<kernels::Scalar>(),
                #[cfg(target_arch = "x86_64")]
                Self::Avx2 => avx2(job),
                #[cfg(target_arch = "x86_64")]
                Self::AvxVnni => avx_vnni(job),
                #[cfg(target_arch = "x86_64")]
                Self::Avx512Vnni => avx512(job),
                #[cfg(target_arch = "aarch64")]
                Self::Dotprod => dotprod(job),
                #[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
                Self::Simd128 => job.run::<kernels::Simd128>(),
                #[cfg(target_feature = "relaxed-simd")]
                Self::Relaxed => job.run::<kernels::Relaxed>(),
                #[cfg(target_feature = "relaxed-simd")]
                Self::RelaxedPairs => job.run::<kernels::RelaxedPairs>(),
            }
        }
    }
}

/// A product whose sums nobody needs.
struct Trial<'a> {
    activations: &'a Activations,
    weights: &'a Packed,
}

impl Job for Trial<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<K: Kernel>(self) {
        // SAFETY: as the caller has promised.
        unsafe {
            for_each_tile::<K>(self.activations, self.weights, |_, _, _, sums, _| {
                std::hint::black_box(sums);
            });
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<J: Job>(job: J) -> J::Output {
    // SAFETY: whoever calls this has checked for the instructions.
    unsafe { job.run::<kernels::Avx2>() }
}

#[cfg(target_arch = "aarch64")]
#[target_feature(enable = "dotprod")]
fn dotprod<J: Job>(job: J) -> J::Output {
    // SAFETY: as above.
    unsafe { job.run::<kernels::Dotprod>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,avxvnni")]
fn avx_vnni<J: Job>(job: J) -> J::Output {
    // SAFETY: as above.
    unsafe { job.run::<kernels::AvxVnni>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn avx512<J: Job>(job: J) -> J::Output {
    // SAFETY: as above.
    unsafe { job.run::<kernels::Avx512Vnni>() }
}
