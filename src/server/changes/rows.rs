//! What is different from one list of rows to the next.

use std::collections::HashMap;

use tmuxwire_operations::read::AnyValue;

use super::Change;

/// Rows, each with what it is a row of: of a window or pane in several places there are several.
pub(super) type Rows<R> = Vec<(AnyValue, R)>;

/// What has gone, then what has changed or come, in the order of the lists.
pub(super) fn differences<R: Clone + PartialEq>(old: &Rows<R>, new: &Rows<R>) -> Vec<Change<R>> {
    let mut left: HashMap<&AnyValue, Vec<usize>> = HashMap::new();
    for (at, (key, _)) in old.iter().enumerate() {
        left.entry(key).or_default().push(at);
    }
    let mut rest = Vec::new();
    for (key, now) in new {
        let same = left.get_mut(key).and_then(|places| {
            let at = places.iter().position(|at| old[*at].1 == *now)?;
            Some(places.remove(at))
        });
        if same.is_none() {
            rest.push((key, now));
        }
    }
    let mut come = Vec::new();
    for (key, now) in rest {
        let before = left.get_mut(key).filter(|places| !places.is_empty());
        come.push(match before.map(|places| places.remove(0)) {
            Some(at) => Change::Changed { was: old[at].1.clone(), now: now.clone() },
            None => Change::Appeared(now.clone()),
        });
    }
    let mut gone: Vec<usize> = left.into_values().flatten().collect();
    gone.sort_unstable();
    gone.into_iter().map(|at| Change::Gone(old[at].1.clone())).chain(come).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[(i64, &'static str)]) -> Rows<&'static str> {
        rows.iter().map(|(key, row)| (AnyValue::Number(*key), *row)).collect()
    }

    #[test]
    fn what_has_gone_comes_before_what_has_come() {
        let old = rows(&[(1, "a"), (2, "b"), (3, "c")]);
        let new = rows(&[(3, "c"), (4, "d"), (2, "B")]);
        let changed = Change::Changed { was: "b", now: "B" };
        assert_eq!(differences(&old, &new), [Change::Gone("a"), Change::Appeared("d"), changed]);
        assert_eq!(differences(&new, &new), []);
    }

    #[test]
    fn places_of_one_window_are_told_apart_by_what_they_are() {
        let old = rows(&[(1, "x:0"), (1, "y:3")]);
        assert_eq!(differences(&old, &rows(&[(1, "y:3"), (1, "x:0")])), []);
        assert_eq!(differences(&old, &rows(&[(1, "y:3")])), [Change::Gone("x:0")]);
        let moved = Change::Changed { was: "x:0", now: "x:7" };
        assert_eq!(differences(&old, &rows(&[(1, "x:7"), (1, "y:3")])), [moved]);
    }
}
