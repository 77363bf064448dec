//! A list that lives: certificates of the subject come and go while a run goes on. Each of it is legal.

use crate::sandbox::source::register::Holder;

/// When a certificate comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// After so many calls for the subject's list, details and documents.
    pub after: usize,
    /// What happens then.
    pub change: Change,
}

/// A certificate that comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new one.
    Arrives(Place),
    /// The one that stands there. The last one of all stays.
    Leaves(Place),
}

/// A place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before all others.
    Front,
    /// In the middle.
    Middle,
    /// After all others.
    End,
}

impl Place {
    fn within(self, length: usize) -> usize {
        match self {
            Self::Front => 0,
            Self::Middle => length / 2,
            Self::End => length,
        }
    }
}

/// How many certificates come in all.
pub(in crate::sandbox) fn arrivals(life: &[Moment]) -> usize {
    life.iter().filter(|moment| matches!(moment.change, Change::Arrives(_))).count()
}

/// The citizen after so many calls.
pub(in crate::sandbox) fn aged(citizen: &Holder, life: &[Moment], calls: usize) -> Holder {
    let mut aged = citizen.clone();
    let mut coming = citizen.coming.iter().cloned();
    for moment in life.iter().filter(|moment| moment.after <= calls) {
        let certificates = &mut aged.certificates;
        match moment.change {
            Change::Arrives(place) => {
                let at = place.within(certificates.len());
                if let Some(new) = coming.next() {
                    certificates.insert(at, new);
                }
            }
            Change::Leaves(place) if certificates.len() > 1 => {
                certificates.remove(place.within(certificates.len()).min(certificates.len() - 1));
            }
            Change::Leaves(_) => {}
        }
    }
    aged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::citizens::people;
    use crate::sandbox::source::behaviour::Behaviour;
    use crate::sandbox::source::register::register;

    #[test]
    fn certificates_come_and_go_at_their_moments() {
        let moment = |after, change| Moment { after, change };
        let life = vec![
            moment(2, Change::Arrives(Place::Front)),
            moment(3, Change::Leaves(Place::End)),
            moment(4, Change::Arrives(Place::End)),
            moment(5, Change::Leaves(Place::Front)),
            moment(6, Change::Leaves(Place::Middle)),
        ];
        let mut behaviour = Behaviour { life: life.clone(), ..Behaviour::default() };
        behaviour.certificates.subject = 3;
        let subject = &register(&people(), &behaviour)[0];
        let names =
            |calls| -> Vec<usize> { aged(subject, &life, calls).certificates.iter().map(|one| one.number).collect() };
        assert_eq!(names(1), [1, 2, 3]);
        assert_eq!(names(2), [4, 1, 2, 3]);
        assert_eq!(names(3), [4, 1, 2]);
        assert_eq!(names(4), [4, 1, 2, 5]);
        assert_eq!(names(5), [1, 2, 5]);
        assert_eq!(names(6), [1, 5]);
    }
}
