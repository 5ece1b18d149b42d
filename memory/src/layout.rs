//! How the panes of a window share its space.

mod named;

use std::fmt::Write as _;

pub(crate) use named::{Sizes, arrange};

/// Cells of a pane at least.
const LEAST: i64 = 1;

/// Which way panes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Along {
    /// Side by side.
    Columns,
    /// One above the other.
    Lines,
}

/// A pane, or several in a row.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) width: i64,
    pub(crate) height: i64,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Pane(u32),
    Row(Along, Vec<Cell>),
}

/// Who gets what is left when a row is spread evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// The last one, up to 3.5.
    Last,
    /// The first ones, a cell each.
    First,
}

/// Who gets the space of a pane that goes, if both are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heir {
    /// Up to 3.7.
    Previous,
    /// From 3.8 on.
    Next,
}

/// Where a pane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) left: i64,
    pub(crate) top: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
}

/// How a pane is split.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Split {
    pub(crate) along: Along,
    pub(crate) before: bool,
    pub(crate) full: bool,
    pub(crate) size: Option<i64>,
}

impl Cell {
    pub(crate) fn pane(pane: u32, width: i64, height: i64) -> Self {
        Self { width, height, content: Content::Pane(pane) }
    }

    pub(crate) fn row(along: Along, width: i64, height: i64, cells: Vec<Self>) -> Self {
        Self { width, height, content: Content::Row(along, cells) }
    }

    fn size(&self, along: Along) -> i64 {
        match along {
            Along::Columns => self.width,
            Along::Lines => self.height,
        }
    }

    fn set_size(&mut self, along: Along, size: i64) {
        match along {
            Along::Columns => self.width = size,
            Along::Lines => self.height = size,
        }
    }

    fn has(&self, pane: u32) -> bool {
        match &self.content {
            Content::Pane(id) => *id == pane,
            Content::Row(_, cells) => cells.iter().any(|cell| cell.has(pane)),
        }
    }

    /// Puts another pane where one is.
    pub(crate) fn replace(&mut self, pane: u32, by: u32) {
        match &mut self.content {
            Content::Pane(id) if *id == pane => *id = by,
            Content::Pane(_) => {}
            Content::Row(_, cells) => cells.iter_mut().for_each(|cell| cell.replace(pane, by)),
        }
    }

    /// Lets two panes change places.
    pub(crate) fn swap(&mut self, one: u32, other: u32) {
        let nobody = u32::MAX;
        self.replace(one, nobody);
        self.replace(other, one);
        self.replace(nobody, other);
    }

    /// By how much it can shrink.
    fn spare(&self, along: Along) -> i64 {
        match &self.content {
            Content::Pane(_) => (self.size(along) - LEAST).max(0),
            Content::Row(row, cells) => {
                let spares = cells.iter().map(|cell| cell.spare(along));
                match *row == along {
                    true => spares.sum(),
                    false => spares.min().unwrap_or(0),
                }
            }
        }
    }

    /// Grows or shrinks it, and what is in it as evenly as one cell after the other gives.
    pub(crate) fn grow(&mut self, along: Along, change: i64) {
        self.set_size(along, self.size(along) + change);
        let Content::Row(row, cells) = &mut self.content else { return };
        if *row != along {
            return cells.iter_mut().for_each(|cell| cell.grow(along, change));
        }
        let mut left = change;
        while left != 0 {
            let before = left;
            for cell in cells.iter_mut() {
                if left > 0 {
                    cell.grow(along, 1);
                    left -= 1;
                } else if left < 0 && cell.spare(along) > 0 {
                    cell.grow(along, -1);
                    left += 1;
                }
            }
            if left == before {
                return;
            }
        }
    }

    /// Gives a window another size, as far as its panes allow.
    pub(crate) fn resize(&mut self, width: i64, height: i64) {
        for (along, size) in [(Along::Columns, width), (Along::Lines, height)] {
            let change = size - self.size(along);
            self.grow(along, change.max(-self.spare(along)));
        }
    }

    /// Splits a pane; `false` if there is no space.
    pub(crate) fn split(&mut self, pane: u32, new: u32, split: Split) -> bool {
        if split.full {
            return self.split_here(new, split, true);
        }
        match &mut self.content {
            Content::Pane(_) => self.split_here(new, split, false),
            Content::Row(row, cells) => {
                let row = *row;
                let Some(index) = cells.iter().position(|cell| cell.has(pane)) else {
                    return false;
                };
                let cell = &mut cells[index];
                if row != split.along || matches!(cell.content, Content::Row(..)) {
                    return cell.split(pane, new, split);
                }
                let Some((first, second)) = halves(cell.size(row), split) else { return false };
                let mut made = Self::pane(new, cell.width, cell.height);
                let (kept, given) = if split.before { (second, first) } else { (first, second) };
                cell.set_size(row, kept);
                made.set_size(row, given);
                cells.insert(index + usize::from(!split.before), made);
                true
            }
        }
    }

    /// Makes a row of this cell and a new one.
    fn split_here(&mut self, new: u32, split: Split, whole: bool) -> bool {
        let along = split.along;
        let size = self.size(along);
        let Some((first, second)) = halves(size, split) else { return false };
        let (kept, given) = if split.before { (second, first) } else { (first, second) };
        if !self.fits(along, kept) {
            return false;
        }
        let (width, height) = (self.width, self.height);
        let mut made = Self::pane(new, width, height);
        made.set_size(along, given);
        let mut old = std::mem::replace(self, Self::pane(new, width, height));
        old.set_size(along, kept);
        old.resize_cells();
        let mut cells = match old.content {
            Content::Row(row, cells) if whole && row == along => cells,
            _ => vec![old],
        };
        let at = if split.before { 0 } else { cells.len() };
        cells.insert(at, made);
        self.content = Content::Row(along, cells);
        true
    }

    /// Whether its cells could share a size.
    fn fits(&self, along: Along, size: i64) -> bool {
        let Content::Row(row, cells) = &self.content else { return size >= LEAST };
        if *row != along {
            return cells.iter().all(|cell| cell.fits(along, size));
        }
        let before = row_size(cells, along);
        let mut left = size;
        for (index, cell) in cells.iter().enumerate() {
            let behind = cells.len() - index - 1;
            let share = cell.share(along, before, size, behind, left);
            left -= share + i64::from(behind > 0);
            if left < 0 || !cell.fits(along, share) {
                return false;
            }
        }
        true
    }

    /// Its part of a row's new size, in proportion to the old one; `behind` cells follow and `left` is
    /// what they all get.
    fn share(&self, along: Along, before: i64, size: i64, behind: usize, left: i64) -> i64 {
        if behind == 0 {
            return left;
        }
        let others = (LEAST + 1) * i64::try_from(behind).unwrap_or(i64::MAX / 4);
        (self.size(along) * size / before.max(1)).min(left - others).max(LEAST)
    }

    /// Lets the cells of a row fill it again, in proportion.
    fn resize_cells(&mut self) {
        let (width, height) = (self.width, self.height);
        let Content::Row(row, cells) = &mut self.content else { return };
        let row = *row;
        let size = if row == Along::Columns { width } else { height };
        let (before, mut left) = (row_size(cells, row), size);
        let count = cells.len();
        for (index, cell) in cells.iter_mut().enumerate() {
            let share = cell.share(row, before, size, count - index - 1, left);
            left -= share + 1;
            (cell.width, cell.height) = match row {
                Along::Columns => (share, height),
                Along::Lines => (width, share),
            };
            cell.resize_cells();
        }
    }

    /// Takes a pane out; its space goes to a neighbour. Never the only one.
    pub(crate) fn remove(&mut self, pane: u32, heir: Heir) {
        let Content::Row(along, cells) = &mut self.content else { return };
        let along = *along;
        let Some(index) = cells.iter().position(|cell| cell.has(pane)) else { return };
        if matches!(cells[index].content, Content::Row(..)) {
            cells[index].remove(pane, heir);
        } else {
            let gone = cells.remove(index);
            let neighbour = match heir {
                Heir::Next => index.min(cells.len() - 1),
                Heir::Previous => index.saturating_sub(1),
            };
            cells[neighbour].grow(along, gone.size(along) + 1);
        }
        if cells.len() == 1
            && let Some(only) = cells.pop()
        {
            *self = only;
        }
        self.merge_rows();
    }

    /// A row in a row of the same kind becomes part of it.
    fn merge_rows(&mut self) {
        let Content::Row(along, cells) = &mut self.content else { return };
        let along = *along;
        let merged = std::mem::take(cells).into_iter().flat_map(|cell| match cell.content {
            Content::Row(row, inner) if row == along => inner,
            content => vec![Self { content, ..cell }],
        });
        *cells = merged.collect();
    }

    /// Gives a pane a size, at the cost of its neighbours.
    pub(crate) fn resize_pane(&mut self, pane: u32, along: Along, size: i64) {
        let Content::Row(row, cells) = &mut self.content else { return };
        let Some(index) = cells.iter().position(|cell| cell.has(pane)) else { return };
        if *row != along || has_row(&cells[index], pane, along) {
            return cells[index].resize_pane(pane, along, size);
        }
        let last = index + 1 == cells.len();
        let change = size - cells[index].size(along);
        let (border, change) = match last {
            true => (index.saturating_sub(1), -change),
            false => (index, change),
        };
        move_border(cells, along, border, change, true);
    }

    /// Moves the border behind or below a pane, or before it if it is the last.
    pub(crate) fn move_border(&mut self, pane: u32, along: Along, change: i64) {
        let Content::Row(row, cells) = &mut self.content else { return };
        let Some(index) = cells.iter().position(|cell| cell.has(pane)) else { return };
        if *row != along || has_row(&cells[index], pane, along) {
            return cells[index].move_border(pane, along, change);
        }
        let border = if index + 1 == cells.len() { index.saturating_sub(1) } else { index };
        move_border(cells, along, border, change, true);
    }

    /// Makes the cells of a row as equal as they can be.
    pub(crate) fn spread(&mut self, rest: Rest) {
        let (width, height) = (self.width, self.height);
        let Content::Row(along, cells) = &mut self.content else { return };
        let along = *along;
        let size = if along == Along::Columns { width } else { height };
        let count = i64::try_from(cells.len()).unwrap_or(i64::MAX);
        let each = (size - (count - 1)) / count;
        if each == 0 {
            return;
        }
        let mut left = size - count * (each + 1) + 1;
        let last = cells.len() - 1;
        for (index, cell) in cells.iter_mut().enumerate() {
            let more = match rest {
                Rest::First => i64::from(left > 0),
                Rest::Last => {
                    if index == last {
                        left
                    } else {
                        0
                    }
                }
            };
            left -= more;
            cell.grow(along, each + more - cell.size(along));
        }
    }

    /// Every pane with its place.
    pub(crate) fn places(&self) -> Vec<(u32, Place)> {
        let mut found = Vec::new();
        self.visit(0, 0, &mut |cell, left, top| {
            if let Content::Pane(id) = cell.content {
                let place = Place { left, top, width: cell.width, height: cell.height };
                found.push((id, place));
            }
        });
        found
    }

    fn visit(&self, left: i64, top: i64, see: &mut dyn FnMut(&Self, i64, i64)) {
        see(self, left, top);
        let Content::Row(along, cells) = &self.content else { return };
        let (mut left, mut top) = (left, top);
        for cell in cells {
            cell.visit(left, top, see);
            match along {
                Along::Columns => left += cell.width + 1,
                Along::Lines => top += cell.height + 1,
            }
        }
    }

    /// What tmux calls the layout, up to 3.7.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.write_text(0, 0, &mut text);
        let sum =
            text.bytes().fold(0u16, |sum, byte| sum.rotate_right(1).wrapping_add(u16::from(byte)));
        format!("{sum:04x},{text}")
    }

    fn write_text(&self, left: i64, top: i64, text: &mut String) {
        let _ = write!(text, "{}x{},{left},{top}", self.width, self.height);
        let (along, cells) = match &self.content {
            Content::Pane(id) => {
                let _ = write!(text, ",{id}");
                return;
            }
            Content::Row(along, cells) => (*along, cells),
        };
        let (open, close) = if along == Along::Columns { ('{', '}') } else { ('[', ']') };
        let (mut left, mut top) = (left, top);
        for (index, cell) in cells.iter().enumerate() {
            text.push(if index == 0 { open } else { ',' });
            cell.write_text(left, top, text);
            match along {
                Along::Columns => left += cell.width + 1,
                Along::Lines => top += cell.height + 1,
            }
        }
        text.push(close);
    }

    /// The same as 3.8 tells it; `of_pane` is what it says of a pane besides.
    pub(crate) fn json(&self, of_pane: &dyn Fn(u32) -> String) -> String {
        let mut text = String::from("{\"V\":2,\"L\":");
        self.write_json(0, 0, of_pane, &mut text);
        text.push('}');
        text
    }

    fn write_json(&self, left: i64, top: i64, of_pane: &dyn Fn(u32) -> String, text: &mut String) {
        let kind = match &self.content {
            Content::Pane(_) => 'p',
            Content::Row(Along::Columns, _) => 'h',
            Content::Row(Along::Lines, _) => 'v',
        };
        let (width, height) = (self.width, self.height);
        let _ = write!(
            text,
            "{{\"t\":\"{kind}\",\"w\":{width},\"h\":{height},\"x\":{left},\"y\":{top}"
        );
        match &self.content {
            Content::Pane(id) => text.push_str(&of_pane(*id)),
            Content::Row(along, cells) => {
                text.push_str(",\"c\":[");
                let (mut left, mut top) = (left, top);
                for (index, cell) in cells.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    cell.write_json(left, top, of_pane, text);
                    match along {
                        Along::Columns => left += cell.width + 1,
                        Along::Lines => top += cell.height + 1,
                    }
                }
                text.push(']');
            }
        }
        text.push('}');
    }
}

/// What cells take, with the lines in between.
fn row_size(cells: &[Cell], along: Along) -> i64 {
    let borders = i64::try_from(cells.len()).unwrap_or(1) - 1;
    cells.iter().map(|cell| cell.size(along)).sum::<i64>() + borders
}

/// The two sizes that a size is split into, the first one first.
fn halves(size: i64, split: Split) -> Option<(i64, i64)> {
    if size < LEAST * 2 + 1 {
        return None;
    }
    let second = match split.size {
        None => (size + 1) / 2 - 1,
        Some(wanted) if split.before => size - wanted - 1,
        Some(wanted) => wanted,
    };
    let second = second.clamp(LEAST, size - 2);
    Some((size - 1 - second, second))
}

/// Whether a pane is in a row of its own kind, further in.
fn has_row(cell: &Cell, pane: u32, along: Along) -> bool {
    let Content::Row(row, cells) = &cell.content else { return false };
    let Some(inner) = cells.iter().find(|cell| cell.has(pane)) else { return false };
    *row == along || has_row(inner, pane, along)
}

/// Moves the border behind a cell: one side grows, on the other the nearest that can shrinks.
fn move_border(cells: &mut [Cell], along: Along, border: usize, change: i64, opposite: bool) {
    let mut needed = change;
    while needed != 0 {
        let can = |cell: &Cell| cell.spare(along) > 0;
        let (grows, shrinks) = match needed > 0 {
            true => {
                let behind = (border + 1..cells.len()).find(|index| can(&cells[*index]));
                let before = || (0..border).rev().find(|index| opposite && can(&cells[*index]));
                (border, behind.or_else(before))
            }
            false => (border + 1, (0..=border).rev().find(|index| can(&cells[*index]))),
        };
        let Some(shrinks) = shrinks.filter(|_| grows < cells.len()) else { return };
        let size = cells[shrinks].spare(along).min(needed.abs());
        cells[grows].grow(along, size);
        cells[shrinks].grow(along, -size);
        needed -= size * needed.signum();
    }
}
