//! Is there a tmux?

use super::facts::Facts;
use super::finding::Finding;
use crate::printer::shown;

const CHECK: &str = "program";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    vec![match &facts.program {
        Ok(program) => {
            Finding::fine(CHECK, format!("{} is {}", shown(&program.path), program.says))
        }
        Err(why) => Finding::problem(
            CHECK,
            why.as_str(),
            "tmux is needed to start servers: install it, or name it in TMUXWIRE_TMUX",
        ),
    }]
}
