//! The Belgian national number of a person (INSZ, rijksregisternummer): eleven digits, the last two a check number.

/// The check number of the first nine digits, 1 to 97; for people born from 2000 on a 2 stands before the nine.
pub const fn check_number(nine: u64, from_2000: bool) -> u64 {
    let n = nine % 1_000_000_000;
    97 - (if from_2000 { 2_000_000_000 + n } else { n }) % 97
}

/// Whether a text is eleven digits with a check number that fits either century. The date in it is not judged: "bis"
/// numbers add 20 or 40 to the month, and an unknown date of birth is written as zeros.
pub fn valid(number: &str) -> bool {
    if number.len() != 11 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    number.parse::<u64>().is_ok_and(|all| {
        let (nine, check) = (all / 100, all % 100);
        check == check_number(nine, false) || check == check_number(nine, true)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_number_is_97_minus_the_remainder() {
        assert_eq!(check_number(850_730_033, false), 28);
        assert_eq!(check_number(170_730_033, true), 84);
        assert_eq!(check_number(0, false), 97);
    }

    #[test]
    fn a_number_is_valid_in_either_century() {
        for valid_number in ["85073003328", "17073003384", "00000000097", "85473003317"] {
            assert!(valid(valid_number), "{valid_number}");
        }
        for wrong in
            ["85073003329", "8507300332", "850730033280", "85.07.30-033.28", "", "8507300332é", "８５073003328"]
        {
            assert!(!valid(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_number_with_another_first_digit_has_another_check_number() {
        for digit in 1..=9 {
            assert_ne!(check_number(digit * 100_000_000, false), check_number(0, false));
        }
    }
}
