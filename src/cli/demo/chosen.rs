//! Which fault `--fault` means, in any built-in world.

use crate::base::input::Diagnostics;
use crate::base::text::shown;
use crate::cli::{Global, output};
use crate::sandbox::fault::{Claim, Fault};
use crate::text;

/// The fault of this name, or the first one that breaks this requirement; with the names of the others.
///
/// Several faults of one requirement at once may undo each other: so one is taken.
pub(super) fn chosen<B>(
    all: &[&'static Fault<B>],
    name: &str,
    known: &[String],
) -> Result<(&'static Fault<B>, Vec<&'static str>), Diagnostics> {
    if let Some(fault) = all.iter().find(|fault| fault.name == name) {
        return Ok((fault, Vec::new()));
    }
    let id = name.to_ascii_uppercase();
    let mut of_row: Vec<&'static Fault<B>> =
        all.iter().filter(|fault| fault.breaks.contains(&id.as_str())).copied().collect();
    // First those that break the fewest others.
    of_row.sort_by_key(|fault| fault.breaks.len());
    let mut of_row = of_row.into_iter();
    if let Some(first) = of_row.next() {
        return Ok((first, of_row.map(|fault| fault.name).collect()));
    }
    let name = shown(name);
    if known.contains(&id) {
        return Err(Diagnostics::one(
            "command line",
            text!("geen ingebouwde fout breekt `{id}`", "no built-in fault breaks `{id}`"),
            text!(
                "die eis beoordeelt een beoordelaar, of een keuring kan ze niet tonen: `bronkeur explain {id}`; `bronkeur serve --faults` toont wat er wel is",
                "a reviewer judges that requirement, or a run cannot show it: `bronkeur explain {id}`; `bronkeur serve --faults` shows what there is"
            ),
        ));
    }
    let names = all.iter().flat_map(|fault| std::iter::once(fault.name).chain(fault.breaks.iter().copied()));
    let near = names.min_by_key(|known| strsim::damerau_levenshtein(&known.to_ascii_uppercase(), &id));
    let near = near.unwrap_or_default();
    Err(Diagnostics::one(
        "command line",
        text!("er is geen fout met de naam `{name}`", "there is no fault with the name `{name}`"),
        text!(
            "bedoelde u `{near}`? `bronkeur serve --faults` toont ze allemaal",
            "did you mean `{near}`? `bronkeur serve --faults` shows them all"
        ),
    ))
}

/// Says which fault it is, where a requirement was named, and which others there are.
pub(super) fn told(fault: Claim, others: &[&str], global: &Global) {
    if others.is_empty() || global.quiet {
        return;
    }
    let (name, others) = (fault.name, others.join(", "));
    let words = text!(
        "bronkeur: de fout is `{name}`; --fault NAAM neemt een andere: {others}",
        "bronkeur: the fault is `{name}`; --fault NAME takes another: {others}"
    );
    output::say(words.get(global.lang()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::faults;

    #[test]
    fn a_requirement_stands_for_its_first_fault_and_names_the_others() {
        let all: Vec<_> = faults::all().collect();
        let known = ["LST-11".to_owned(), "OPS-01".to_owned()];
        let (fault, others) = chosen(&all, "LST-11", &known).unwrap();
        assert_eq!(fault.name, faults::find("LST-11")[0].name);
        assert_eq!(others.len(), faults::find("LST-11").len() - 1);
        assert!(!others.contains(&fault.name));
        assert_eq!(chosen(&all, "lst-11", &known).unwrap().0.name, fault.name);
        let (named, others) = chosen(&all, "number-counts-from-zero", &known).unwrap();
        assert_eq!((named.name, others.len()), ("number-counts-from-zero", 0));
        assert!(chosen(&all, "OPS-01", &known).unwrap_err().0[0].message.en.contains("no built-in fault"));
        let unknown = chosen(&all, "number-counts-from-zer", &known).unwrap_err().0.remove(0);
        assert!(unknown.remedy.nl.contains("number-counts-from-zero"), "{unknown:?}");
    }
}
