//! What we want to reach, and whether we did.

use std::ops::RangeInclusive;

/// A goal, and what was reached.
pub struct Goal {
    text: String,
    reached: f64,
    wanted: RangeInclusive<f64>,
}

pub fn at_least(text: String, reached: f64, least: f64) -> Goal {
    Goal { text, reached, wanted: least..=f64::INFINITY }
}

pub fn at_most(text: String, reached: f64, most: f64) -> Goal {
    Goal { text, reached, wanted: 0.0..=most }
}

/// Prints them all.
pub fn print(goals: Vec<Goal>) {
    println!("\nGoals");
    for Goal { text, reached, wanted } in goals {
        let met = if wanted.contains(&reached) { "met" } else { "missed" };
        let (sign, bound) = match wanted.end().is_finite() {
            true => ("<=", wanted.end()),
            false => (">=", wanted.start()),
        };
        println!("{met:7} {text}: {reached:.2} {sign} {bound}");
    }
}
