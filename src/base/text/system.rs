//! Why the system refused: its own words are English wherever it runs, and end in a number.

use std::io;

use super::Text;

impl Text {
    /// What an error of the system means. Its own words where we have none, without what wraps them: that tells of
    /// temporary names that nobody ever sees.
    pub fn of_system(error: &io::Error) -> Self {
        ours(error.kind()).unwrap_or_else(|| {
            let within = error.get_ref().and_then(|wrapper| wrapper.source()?.downcast_ref::<io::Error>());
            Self::same(within.unwrap_or(error))
        })
    }
}

fn ours(kind: io::ErrorKind) -> Option<Text> {
    use io::ErrorKind as Kind;
    Some(match kind {
        Kind::NotFound => Text::new("bestaat niet", "does not exist"),
        Kind::PermissionDenied => Text::new("geen toestemming", "no permission"),
        Kind::AlreadyExists => Text::new("er staat al iets met die naam", "something of that name is there already"),
        Kind::NotADirectory => {
            Text::new("een deel van het pad is een bestand, geen map", "a part of the path is a file, not a folder")
        }
        Kind::IsADirectory => Text::new("er staat een map met die naam", "a folder of that name is there"),
        Kind::ReadOnlyFilesystem => {
            Text::new("op dat bestandssysteem kan alleen gelezen worden", "that file system is read-only")
        }
        Kind::StorageFull => Text::new("de schijf is vol", "the disk is full"),
        Kind::QuotaExceeded => Text::new("het schijfquotum is op", "the disk quota is used up"),
        Kind::FileTooLarge => Text::new("het bestand wordt te groot", "the file becomes too large"),
        Kind::InvalidFilename => {
            Text::new("zo'n naam kan niet, of is te lang", "such a name is impossible or too long")
        }
        Kind::ConnectionRefused => Text::new("verbinding geweigerd", "connection refused"),
        Kind::ConnectionReset => Text::new("verbinding afgebroken door de andere kant", "connection reset"),
        Kind::ConnectionAborted => Text::new("verbinding afgebroken", "connection aborted"),
        Kind::HostUnreachable => Text::new("host niet bereikbaar", "host unreachable"),
        Kind::NetworkUnreachable => Text::new("netwerk niet bereikbaar", "network unreachable"),
        Kind::NetworkDown => Text::new("het netwerk ligt plat", "the network is down"),
        Kind::AddrInUse => Text::new("dat adres is al in gebruik", "that address is in use already"),
        Kind::AddrNotAvailable => Text::new("dat adres is niet beschikbaar", "that address is not available"),
        Kind::BrokenPipe => Text::new("de andere kant luistert niet meer", "the other side listens no more"),
        Kind::TimedOut => Text::new("geen antwoord op tijd", "no answer in time"),
        Kind::UnexpectedEof => Text::new("eindigt te vroeg", "ends too early"),
        Kind::InvalidData => Text::new("de inhoud is niet te begrijpen", "the content cannot be understood"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::Lang;

    #[test]
    fn the_reasons_of_the_system_are_in_both_languages() {
        let missing = std::fs::read("no/such/file").unwrap_err();
        assert_eq!(Text::of_system(&missing), Text::new("bestaat niet", "does not exist"));
        for kind in [io::ErrorKind::ConnectionRefused, io::ErrorKind::StorageFull, io::ErrorKind::PermissionDenied] {
            let words = Text::of_system(&kind.into());
            assert_ne!(words.get(Lang::Nl), words.get(Lang::En));
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_wraps_an_error_is_not_repeated() {
        // "Too many levels of symbolic links", for which we have no words.
        let folder = tempfile::tempdir().unwrap();
        let around = folder.path().join("around");
        std::os::unix::fs::symlink(&around, &around).unwrap();
        let error = tempfile::tempfile_in(&around).unwrap_err();
        let words = Text::of_system(&error);
        assert!(words.en.contains("os error") && !words.en.contains("around"), "{words:?}");
    }
}
