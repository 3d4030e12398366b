//! Our own product of matrices: its sums are added up in an order that depends
//! on nothing but the sizes, so that every processor, native or wasm, computes
//! the same bits. (A library's adds up as suits the processor, and fuses
//! multiplications and additions where that is possible.)

use crate::matrix::Matrix;

/// So many products are added up before they are added to the sums: what stays
/// in the nearest cache.
const DEPTH: usize = 256;

/// Of no more rows than this, to copy `b` into tiles would take longer than to
/// multiply with it: steps of an LSTM have as many rows as there are sentences.
const FEW_ROWS: usize = 8;

/// Adds the product `a b` to `sums` `[a.rows, b.columns]`, all of fitting sizes.
pub(crate) fn add(sums: &mut [f32], a: Matrix<'_>, b: Matrix<'_>) {
    if a.rows <= FEW_ROWS && b.has_whole_rows() {
        return add_few(sums, a, b);
    }
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { add_avx2(sums, a, b) };
    }
    add_tiled::<4, 8>(sums, a, b);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn add_avx2(sums: &mut [f32], a: Matrix<'_>, b: Matrix<'_>) {
    add_tiled::<6, 16>(sums, a, b);
}

/// As [`add`], in tiles of so many sums: as many as a processor has registers
/// for. Their size does not change a bit.
#[inline(always)]
fn add_tiled<const ROWS: usize, const COLUMNS: usize>(
    sums: &mut [f32],
    a: Matrix<'_>,
    b: Matrix<'_>,
) {
    let (blocks, depth) = (a.rows.div_ceil(ROWS), DEPTH.min(a.columns));
    let mut packed_a = vec![0.0f32; depth * blocks * ROWS];
    let mut packed_b = vec![0.0f32; depth * COLUMNS];
    for start in (0..a.columns).step_by(DEPTH) {
        let depth = DEPTH.min(a.columns - start);
        let packed_a = &mut packed_a[..depth * blocks * ROWS];
        let packed_b = &mut packed_b[..depth * COLUMNS];
        for (block, packed) in packed_a.chunks_exact_mut(depth * ROWS).enumerate() {
            pack::<ROWS>(packed, a.transposed(), start, block * ROWS);
        }
        for first in (0..b.columns).step_by(COLUMNS) {
            let columns = COLUMNS.min(b.columns - first);
            pack::<COLUMNS>(packed_b, b, start, first);
            for (block, packed) in packed_a.chunks_exact(depth * ROWS).enumerate() {
                let (packed, _) = packed.as_chunks::<ROWS>();
                let tile = tile(packed, packed_b.as_chunks::<COLUMNS>().0);
                let rows = block * ROWS..a.rows.min((block + 1) * ROWS);
                for (row, tile) in rows.zip(&tile) {
                    let sums = &mut sums[row * b.columns + first..][..columns];
                    sums.iter_mut().zip(tile).for_each(|(sum, x)| *sum += x);
                }
            }
        }
    }
}

/// So many columns of a matrix from `first` on, row by row from `start` on, until
/// `packed` is full; 0 beyond its last column.
#[inline(always)]
fn pack<const COLUMNS: usize>(packed: &mut [f32], from: Matrix<'_>, start: usize, first: usize) {
    let (packed, _) = packed.as_chunks_mut::<COLUMNS>();
    let columns = COLUMNS.min(from.columns - first);
    if columns == COLUMNS && from.has_whole_rows() {
        let rows = from.rows_from::<COLUMNS>(start, first);
        packed.iter_mut().zip(rows).for_each(|(to, row)| *to = *row);
        return;
    }
    // Numbers that lie side by side are read one after the other.
    for column in 0..COLUMNS {
        for (row, packed) in packed.iter_mut().enumerate() {
            packed[column] = if column < columns {
                from.at(start + row, first + column)
            } else {
                0.0
            };
        }
    }
}

/// As [`add`], of few rows, and `b` as it lies.
fn add_few(sums: &mut [f32], a: Matrix<'_>, b: Matrix<'_>) {
    let mut row = 0;
    while row < a.rows {
        row += match a.rows - row {
            1 => add_rows_of::<1, 16>(sums, a, b, row),
            2 => add_rows_of::<2, 16>(sums, a, b, row),
            3 => add_rows_of::<3, 8>(sums, a, b, row),
            _ => add_rows_of::<4, 8>(sums, a, b, row),
        };
    }
}

/// The rows from `row` on, so many of them, which it gives back.
#[inline(always)]
fn add_rows_of<const ROWS: usize, const COLUMNS: usize>(
    sums: &mut [f32],
    a: Matrix<'_>,
    b: Matrix<'_>,
    row: usize,
) -> usize {
    let mut packed = [[0.0f32; ROWS]; DEPTH];
    let mut edge = vec![0.0f32; DEPTH.min(a.columns) * COLUMNS];
    for start in (0..a.columns).step_by(DEPTH) {
        let packed = &mut packed[..DEPTH.min(a.columns - start)];
        pack::<ROWS>(packed.as_flattened_mut(), a.transposed(), start, row);
        for first in (0..b.columns).step_by(COLUMNS) {
            let columns = COLUMNS.min(b.columns - first);
            let tile = if columns == COLUMNS {
                tile(packed, b.rows_from::<COLUMNS>(start, first))
            } else {
                let edge = &mut edge[..packed.len() * COLUMNS];
                pack::<COLUMNS>(edge, b, start, first);
                tile(packed, edge.as_chunks::<COLUMNS>().0)
            };
            for (own, tile) in tile.iter().enumerate() {
                let sums = &mut sums[(row + own) * b.columns + first..][..columns];
                sums.iter_mut().zip(tile).for_each(|(sum, x)| *sum += x);
            }
        }
    }
    ROWS
}

/// The products of rows and columns, added up in their order.
#[inline(always)]
fn tile<'a, const ROWS: usize, const COLUMNS: usize>(
    a: &[[f32; ROWS]],
    b: impl IntoIterator<Item = &'a [f32; COLUMNS]>,
) -> [[f32; COLUMNS]; ROWS] {
    let mut sums = [[0.0f32; COLUMNS]; ROWS];
    for (a, b) in a.iter().zip(b) {
        for (sums, a) in sums.iter_mut().zip(a) {
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        let number = |i| ((i * (seed * 2 + 37)) % 1019) as f32 / 509.0 - 1.0;
        (0..count).map(number).collect()
    }

    /// Sizes that fill no tile, and more than one depth.
    const SIZES: [[usize; 3]; 9] = [
        [1, 1, 1],
        [1, 40, 257],
        [2, 384, 96],
        [3, 9, 300],
        [8, 96, 384],
        [7, 17, 300],
        [13, 9, 513],
        [4, 33, 2],
        [70, 5, 256],
    ];

    #[test]
    fn tiles_do_not_change_a_bit() {
        for [rows, columns, depth] in SIZES {
            let (a, b) = (numbers(rows * depth, 1), numbers(depth * columns, 2));
            let (a, b) = (Matrix::new(&a, depth), Matrix::new(&b, columns));
            let run = |add: fn(&mut [f32], Matrix<'_>, Matrix<'_>)| {
                let mut sums = numbers(rows * columns, 3);
                add(&mut sums, a, b);
                sums.into_iter().map(f32::to_bits).collect::<Vec<_>>()
            };
            let expected = run(add_tiled::<1, 1>);
            assert_eq!(run(add), expected);
            assert_eq!(run(add_tiled::<4, 8>), expected);
            assert_eq!(run(add_tiled::<6, 16>), expected);
        }
    }

    #[test]
    fn products_are_right() {
        for [rows, columns, depth] in SIZES {
            let (a, b) = (numbers(rows * depth, 1), numbers(depth * columns, 2));
            let mut sums = vec![0.0; rows * columns];
            let turned = Matrix::new(&a, rows).transposed();
            add(&mut sums, turned, Matrix::new(&b, columns));
            for row in 0..rows {
                for column in 0..columns {
                    let products = (0..depth)
                        .map(|k| f64::from(a[k * rows + row]) * f64::from(b[k * columns + column]));
                    let found = f64::from(sums[row * columns + column]);
                    assert!((found - products.sum::<f64>()).abs() < 1e-4);
                }
            }
        }
    }
}
