//! `bronkeur serve`: the built-in ACM and source, kept running, with a profile for them.

use std::path::{Path, PathBuf};

use clap::Args;

use super::demo::{SandboxArgs, ids};
use super::specs::SpecArgs;
use super::{CliError, Done, Global, interrupt, output, runtime};
use crate::base::files;
use crate::catalogue::SubjectKind;
use crate::judging::verdict::ExitStatus;
use crate::sandbox::fault::{Claim, Fault};
use crate::sandbox::{APPLICATION_PROFILE, PROFILE, ProfileFile, application, faults};
use crate::text;

#[derive(Clone, Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    sandbox: SandboxArgs,
    /// Where the profile and what it refers to go
    #[arg(short, long, value_name = "DIR", default_value = "sandbox")]
    out: PathBuf,
    /// Show the faults that --fault knows, and end
    #[arg(long)]
    faults: bool,
    #[command(flatten)]
    specs: SpecArgs,
}

pub(super) fn serve(args: &ServeArgs, global: &Global) -> Done {
    let catalogue = args.specs.load()?;
    if args.faults {
        let all = claims(catalogue.kind);
        let width = all.iter().map(|fault| fault.name.len()).max().unwrap_or_default();
        for fault in all {
            let breaks = fault.breaks.join(" ");
            output::print(&format!(
                "{:<width$}  {breaks:<24}  {}
",
                fault.name, fault.summary
            ));
        }
        return Ok(ExitStatus::Success);
    }
    let runtime = runtime()?;
    if catalogue.kind == SubjectKind::Application {
        let sandbox = runtime.block_on(args.sandbox.start_application(&ids(&catalogue), global))?;
        let profile = write_profile(&sandbox.profile_files(), &args.out, APPLICATION_PROFILE)?;
        let (issuer, mbp, start) = (sandbox.sso().issuer(), sandbox.sso().mbp_base_url(), sandbox.start_url());
        let profile = profile.display();
        let words = text!(
            "ACM         {issuer}\nMBP         {mbp}\ntoepassing  {start}\nprofiel     {profile}\n\nKeur ze vanuit een ander venster:\n    bronkeur check -p {profile}\nStop met Ctrl-C.\n",
            "ACM          {issuer}\nMBP          {mbp}\napplication  {start}\nprofile      {profile}\n\nCheck it from another window:\n    bronkeur check -p {profile}\nStop it with Ctrl-C.\n"
        );
        let interrupted = interrupt::interrupted(runtime.handle());
        output::print(words.get(global.lang()));
        runtime.block_on(interrupted);
        return Ok(ExitStatus::Success);
    }
    let sandbox = runtime.block_on(args.sandbox.start(&ids(&catalogue), global))?;
    let profile = write_profile(&sandbox.profile_files(), &args.out, PROFILE)?;
    let (issuer, base_url) = (sandbox.issuer(), sandbox.base_url());
    let profile = profile.display();
    let words = text!(
        "ACM      {issuer}\nbron     {base_url}\nprofiel  {profile}\n\nKeur ze vanuit een ander venster:\n    bronkeur check -p {profile}\nStop met Ctrl-C.\n",
        "ACM      {issuer}\nsource   {base_url}\nprofile  {profile}\n\nCheck it from another window:\n    bronkeur check -p {profile}\nStop it with Ctrl-C.\n"
    );
    let interrupted = interrupt::interrupted(runtime.handle());
    output::print(words.get(global.lang()));
    runtime.block_on(interrupted);
    Ok(ExitStatus::Success)
}

/// What the faults of the world of a kind say of themselves.
fn claims(kind: SubjectKind) -> Vec<Claim> {
    match kind {
        SubjectKind::Application => application::faults::all().map(Fault::claim).collect(),
        SubjectKind::Source | SubjectKind::Website => faults::all().map(Fault::claim).collect(),
    }
}

/// Writes the profile and the files that it refers to; secrets stand in files of their own, which only their owner may
/// read. Returns where the profile is.
pub(super) fn write_profile(files: &[ProfileFile], folder: &Path, profile: &str) -> Result<PathBuf, CliError> {
    for file in files {
        let write = if file.secret { files::write_secret } else { files::write };
        write(folder, &file.name, file.text.as_bytes()).map_err(|problem| CliError::unwritten(&problem))?;
    }
    Ok(folder.join(profile))
}
