//! The layouts that have names.

use super::{Along, Cell, LEAST, Rest};

/// A named layout of panes.
pub(crate) fn arrange(name: &str, panes: &[u32], width: i64, height: i64, options: &Sizes) -> Cell {
    let [first, rest @ ..] = panes else { return Cell::pane(0, width, height) };
    if rest.is_empty() {
        return Cell::pane(*first, width, height);
    }
    match name {
        "even-horizontal" => even(Along::Columns, panes, width, height, options.rest),
        "even-vertical" => even(Along::Lines, panes, width, height, options.rest),
        "tiled" => tiled(panes, width, height, options.most_columns),
        name => {
            let along =
                if name.starts_with("main-horizontal") { Along::Lines } else { Along::Columns };
            main(along, name.ends_with("mirrored"), panes, width, height, options)
        }
    }
}

/// What the options say of named layouts.
#[derive(Clone, Debug)]
pub(crate) struct Sizes {
    pub(crate) main_width: String,
    pub(crate) main_height: String,
    pub(crate) other_width: String,
    pub(crate) other_height: String,
    pub(crate) most_columns: i64,
    pub(crate) rest: Rest,
}

fn count(panes: &[u32]) -> i64 {
    i64::try_from(panes.len()).unwrap_or(i64::MAX)
}

fn even(along: Along, panes: &[u32], width: i64, height: i64, rest: Rest) -> Cell {
    let least = count(panes) * (LEAST + 1) - 1;
    let (width, height) = match along {
        Along::Columns => (width.max(least), height),
        Along::Lines => (width, height.max(least)),
    };
    let cells = panes.iter().map(|pane| Cell::pane(*pane, width, height)).collect();
    let mut row = Cell::row(along, width, height, cells);
    row.spread(rest);
    row
}

/// A number, or a percentage of a size.
fn measure(text: &str, of: i64) -> i64 {
    match text.strip_suffix('%') {
        Some(percent) => percent.parse::<i64>().unwrap_or(0) * of / 100,
        None => text.parse().unwrap_or(0),
    }
}

fn main(
    along: Along,
    mirrored: bool,
    panes: &[u32],
    width: i64,
    height: i64,
    sizes: &Sizes,
) -> Cell {
    let (size, main, other) = match along {
        Along::Lines => (height - 1, &sizes.main_height, &sizes.other_height),
        Along::Columns => (width - 1, &sizes.main_width, &sizes.other_width),
    };
    let (mut main, mut others) = (measure(main, size), measure(other, size));
    if main + LEAST >= size {
        main = if size <= LEAST * 2 { LEAST } else { size - LEAST };
        others = LEAST;
    } else if others == 0 || others > size || size - others < main {
        others = size - main;
    } else {
        main = size - others;
    }
    let across = (count(panes) - 1) * (LEAST + 1) - 1;
    let (width, height) = match along {
        Along::Lines => (width.max(across), main + others + 1),
        Along::Columns => (main + others + 1, height.max(across)),
    };
    let of = |pane: u32, size: i64| match along {
        Along::Lines => Cell::pane(pane, width, size),
        Along::Columns => Cell::pane(pane, size, height),
    };
    let [first, rest @ ..] = panes else { return Cell::pane(0, width, height) };
    let second = match rest {
        [only] => of(*only, others),
        _ => {
            let frame = of(0, others);
            let inner = if along == Along::Lines { Along::Columns } else { Along::Lines };
            even(inner, rest, frame.width, frame.height, sizes.rest)
        }
    };
    let mut cells = vec![of(*first, main), second];
    if mirrored {
        cells.reverse();
    }
    Cell::row(along, width, height, cells)
}

fn tiled(panes: &[u32], width: i64, height: i64, most_columns: i64) -> Cell {
    let all = count(panes);
    let (mut rows, mut columns) = (1, 1);
    while rows * columns < all {
        rows += 1;
        if rows * columns < all && (most_columns == 0 || columns < most_columns) {
            columns += 1;
        }
    }
    let cell_width = ((width - (columns - 1)) / columns).max(LEAST);
    let cell_height = ((height - (rows - 1)) / rows).max(LEAST);
    let whole_width = ((cell_width + 1) * columns - 1).max(width);
    let whole_height = ((cell_height + 1) * rows - 1).max(height);
    let per_row = usize::try_from(columns).unwrap_or(1);
    let mut cells = Vec::new();
    for row in panes.chunks(per_row) {
        if let [only] = row {
            cells.push(Cell::pane(*only, whole_width, cell_height));
            continue;
        }
        let mut inner: Vec<_> =
            row.iter().map(|pane| Cell::pane(*pane, cell_width, cell_height)).collect();
        let used = count(row) * (cell_width + 1) - 1;
        if let Some(last) = inner.last_mut() {
            last.grow(Along::Columns, (whole_width - used).max(0));
        }
        cells.push(Cell::row(Along::Columns, whole_width, cell_height, inner));
    }
    let used = rows * cell_height + rows - 1;
    if let Some(last) = cells.last_mut() {
        last.grow(Along::Lines, (whole_height - used).max(0));
    }
    match cells.len() {
        1 => cells.remove(0),
        _ => Cell::row(Along::Lines, whole_width, whole_height, cells),
    }
}
