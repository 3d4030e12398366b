//! Matrix products of row-major slices, on one thread.

#[cfg(feature = "gemm")]
use gemm::Parallelism;

/// A matrix over a slice.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    values: &'a [f32],
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// From a row to the next, and from a column to the next.
    strides: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// `values` as rows of so many columns.
    pub(crate) fn new(values: &'a [f32], columns: usize) -> Self {
        assert_eq!(values.len() % columns, 0, "whole rows");
        Self {
            values,
            rows: values.len() / columns,
            columns,
            strides: [columns, 1],
        }
    }

    /// The number at a place.
    #[cfg(any(test, not(feature = "gemm")))]
    #[inline(always)]
    pub(crate) fn at(&self, row: usize, column: usize) -> f32 {
        self.values[row * self.strides[0] + column * self.strides[1]]
    }

    /// Whether the numbers of a row lie side by side.
    #[cfg(any(test, not(feature = "gemm")))]
    pub(crate) fn has_whole_rows(&self) -> bool {
        self.strides == [self.columns, 1]
    }

    /// So many numbers of each row from `row` on, those from `column` on, of a
    /// matrix that has whole rows.
    #[cfg(any(test, not(feature = "gemm")))]
    #[inline(always)]
    pub(crate) fn rows_from<const WIDTH: usize>(
        &self,
        row: usize,
        column: usize,
    ) -> impl Iterator<Item = &'a [f32; WIDTH]> {
        let rows = self.values[row * self.columns..].chunks_exact(self.columns);
        rows.map(move |row| row[column..].first_chunk().expect("the row is as long"))
    }

    /// The same, its rows whole in `room`. (The library takes any strides.)
    pub(crate) fn with_whole_rows<'b>(self, room: &'b mut Vec<f32>) -> Matrix<'b>
    where
        'a: 'b,
    {
        #[cfg(not(feature = "gemm"))]
        {
            let places = (0..self.rows).flat_map(|row| (0..self.columns).map(move |c| (row, c)));
            room.extend(places.map(|(row, column)| self.at(row, column)));
            Matrix::new(room, self.columns)
        }
        #[cfg(feature = "gemm")]
        {
            let _ = room;
            self
        }
    }

    /// Rows for columns.
    pub(crate) fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            strides: [self.strides[1], self.strides[0]],
            ..self
        }
    }
}

/// Adds the product `a b` to `sums` `[a.rows, b.columns]`.
pub(crate) fn add_product(sums: &mut [f32], a: Matrix<'_>, b: Matrix<'_>) {
    assert_eq!(a.columns, b.rows, "the inner sizes agree");
    assert_eq!(
        sums.len(),
        a.rows * b.columns,
        "the sums are of the product's size"
    );
    debug_assert!(a.values.len() == a.rows * a.columns && b.values.len() == b.rows * b.columns);
    #[cfg(not(feature = "gemm"))]
    crate::product::add(sums, a, b);
    #[cfg(feature = "gemm")]
    // SAFETY: each slice holds rows x columns numbers, which the strides span.
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            sums.as_mut_ptr(),
            1,
            b.columns as isize,
            true,
            a.values.as_ptr(),
            a.strides[1] as isize,
            a.strides[0] as isize,
            b.values.as_ptr(),
            b.strides[1] as isize,
            b.strides[0] as isize,
            1.0f32,
            1.0f32,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// Rows of `bias`.
pub(crate) fn repeated(bias: &[f32], rows: usize) -> Vec<f32> {
    bias.repeat(rows)
}

/// Adds the sum of `values`' rows to `sums`.
pub(crate) fn add_rows(sums: &mut [f32], values: &[f32]) {
    for row in values.chunks_exact(sums.len()) {
        for (sum, x) in sums.iter_mut().zip(row) {
            *sum += x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_right_either_way_round() {
        let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let b = [1.0, 0.0, 2.0, -1.0, 1.0, 3.0];
        let mut sums = vec![1.0; 4];
        add_product(&mut sums, Matrix::new(&a, 3), Matrix::new(&b, 2));
        assert_eq!(sums, [9.0, 8.0, 21.0, 14.0]);
        let mut sums = vec![0.0; 9];
        add_product(
            &mut sums,
            Matrix::new(&a, 3).transposed(),
            Matrix::new(&b, 2).transposed(),
        );
        assert_eq!(sums, [1.0, -2.0, 13.0, 2.0, -1.0, 17.0, 3.0, 0.0, 21.0]);
        let mut sums = vec![0.0; 2];
        add_rows(&mut sums, &repeated(&[1.0, 2.0], 3));
        assert_eq!(sums, [3.0, 6.0]);
    }
}
