#!/usr/bin/env python3
"""Bronkeur, Hurl and Schemathesis against the same source, one after the other: time, requests, CPU and memory.

    benches/side-by-side.py [--bronkeur target/release/bronkeur] [--runs 5] [--hurl PATH] [--schemathesis PATH]

The source is the one that `bronkeur serve` starts. Hurl gets the requests that bronkeur sends to it for the chapters
LST, CRT and DWN, read from the evidence of such a run, with the assertions of the documents on each answer written out;
what bronkeur adds are its calls to the ACM for tokens, and what it says about pages together. It does a full run
besides, as it is meant to be used. Schemathesis gets the source's own OpenAPI document and makes up its requests
itself: its numbers tell what its way of testing costs, not how fast it does the same.
"""

import argparse
import json
import os
import re
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

HURL_VERSION = "8.0.1"
MISSING = {
    "hurl": f"cargo install hurl --version {HURL_VERSION} --locked   (Debian: apt-get install libxml2-dev pkg-config libclang-dev)",
    "schemathesis": "python3 -m venv st && st/bin/pip install schemathesis, then --schemathesis st/bin/schemathesis",
}
# The chapters whose requests Hurl gets as well.
CHAPTERS = "LST,CRT,DWN"


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        source = Source(options.bronkeur, Path(folder))
        try:
            compare(options, source)
        finally:
            source.stop()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bronkeur", default="target/release/bronkeur")
    parser.add_argument("--hurl", default="hurl")
    parser.add_argument("--schemathesis", default="schemathesis")
    parser.add_argument("--runs", type=int, default=5, help="runs of each, of which the median is printed")
    options = parser.parse_args()
    if not shutil.which(options.bronkeur):
        sys.exit(f"{options.bronkeur} is not there: cargo build --release, or name another with --bronkeur")
    # The tools run in another folder.
    for tool in ("bronkeur", "hurl", "schemathesis"):
        found = shutil.which(getattr(options, tool))
        if found:
            setattr(options, tool, str(Path(found).absolute()))
    return options


class Source:
    """The built-in source, and what a caller needs to know of it."""

    def __init__(self, bronkeur, folder):
        self.folder = folder
        self.server = subprocess.Popen(
            [bronkeur, "serve", "--out", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.profile = folder / "bron.yaml"
        for _ in range(100):
            if self.profile.exists() or self.server.poll() is not None:
                break
            time.sleep(0.1)
        if not self.profile.exists():
            self.stop()
            sys.exit("`bronkeur serve` did not start")
        text = self.profile.read_text()
        self.base = re.search(r"^  base_url: (\S+)", text, re.M).group(1)
        self.issuer = re.search(r"^  environment: (\S+)", text, re.M).group(1)
        self.client = re.search(r'^  client: \{ id: "([^"]+)"', text, re.M).group(1)
        self.audience = re.search(r'^  audience: "([^"]+)"', text, re.M).group(1)
        self.scope = re.search(r'^  scope: "([^"]+)"', text, re.M).group(1)
        self.number = self.read("an-insz.txt")
        self.ca = folder / "ca.pem"
        self.tls = ssl.create_default_context(cafile=str(self.ca))

    def read(self, name):
        return (self.folder / name).read_text().strip()

    def stop(self):
        self.server.terminate()
        self.server.wait()

    def form(self, **fields):
        secret = self.read("client-secret.txt")
        data = urllib.parse.urlencode({"client_id": self.client, "client_secret": secret, **fields}).encode()
        with urllib.request.urlopen(f"{self.issuer}/v1/token", data, context=self.tls) as answer:
            return json.load(answer)["access_token"]

    def token(self, citizen):
        """A token of that citizen for the source: the exchange that bronkeur makes in each of its runs."""
        kind = "urn:ietf:params:oauth:token-type:access_token"
        actor = self.form(grant_type="client_credentials")
        return self.form(
            grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token=self.read(f"{citizen}-token.txt"),
            subject_token_type=kind,
            actor_token=actor,
            actor_token_type=kind,
            audience=self.audience,
            scope=self.scope,
        )


def compare(options, source):
    out = source.folder / "out"
    bronkeur = [options.bronkeur, "check", "-q", "-p", str(source.profile), "--out", str(out)]
    same = [*bronkeur, "--only", CHAPTERS]
    measured(same, source.folder)
    script, count = hurl_file(source, json.loads((out / "evidence.har").read_text()))
    hurl_path = source.folder / "same.hurl"
    hurl_path.write_text(script)
    hurl = [options.hurl, "--test", "--cacert", str(source.ca), str(hurl_path)]
    schema = [
        options.schemathesis, "run", f"{source.base}/openapi.json", "--url", source.base, "--tls-verify", str(source.ca),
        "--header", f"Authorization: Bearer {source.token('an')}", "--phases", "examples,coverage,fuzzing", "--max-examples", "20",
        "--generation-deterministic", "--workers", "2", "--no-color", "--max-failures", "100000",
    ]
    reported = lambda _: json.loads((out / "report.json").read_text())["run"]["requests"]
    generated = lambda text: int((re.search(r"([\d,]+) generated", text) or [0, "0"])[1].replace(",", ""))
    contestants = [
        ("hurl, one by one", "hurl", hurl, lambda _: count),
        ("hurl, in parallel", "hurl", hurl_parallel(options, source, script), lambda _: count),
        (f"bronkeur --only {CHAPTERS}", None, same, reported),
        ("bronkeur, everything", None, bronkeur, reported),
        ("schemathesis", "schemathesis", schema, generated),
    ]
    print(f"source: {source.base}, median of {options.runs} runs; requests as each tool made them")
    print(f"{'':48} {'requests':>8} {'time':>9} {'CPU':>9} {'memory':>9} {'status':>6}")
    for name, tool, command, requests in contestants:
        if tool and not shutil.which(command[0]):
            print(f"{name:48} not installed: {MISSING[tool]}")
            continue
        runs = [measured(command, source.folder) for _ in range(options.runs)]
        wall, cpu, memory = (statistics.median(run[part] for run in runs) for part in range(3))
        status, text = runs[-1][3], runs[-1][4]
        print(f"{name:48} {requests(text):>8} {wall:>7.2f} s {cpu:>7.2f} s {memory / 1024:>6.0f} MB {status:>6}")


def measured(command, folder):
    """Wall time, CPU time, peak memory in KiB, exit status and output of a command."""
    log = folder / "output.txt"
    with log.open("w") as output:
        started = time.monotonic()
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=folder, env={**os.environ, "NO_COLOR": "1"})
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - started
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status), log.read_text()


def requests_of(source, har):
    """The requests to the source in the evidence of a run, unmasked: URL, token, status and what is asserted."""
    citizens = har["log"]["_bronkeur"]["setup"]["citizens"]
    numbers = {person["insz"]: source.read(f"{person['name']}-insz.txt") for person in citizens.values()}
    tokens = {role: source.token(person["name"]) for role, person in citizens.items()}
    for entry in har["log"]["entries"]:
        key, url = entry["_bronkeur"]["request"], entry["request"]["url"]
        if entry["request"]["method"] != "GET" or not url.startswith(source.base) or key.get("variation", "none") != "none":
            continue
        for surrogate, number in numbers.items():
            url = url.replace(surrogate, number)
        token = tokens.get(key["auth"]["token"]) if isinstance(key["auth"], dict) else None
        status, target = entry["response"]["status"], key["target"]
        rows = []
        if status == 200 and "entry" in target:
            rows = of_page(json.loads(entry["response"]["content"]["text"]))
        elif status == 200 and target.get("link", {}).get("kind") == "detail":
            rows = ['jsonpath "$.id" exists', 'jsonpath "$.language" matches /^(nl|fr|de|en)$/']
        elif status == 200 and target.get("link", {}).get("kind") == "download":
            rows = ["bytes startsWith hex,255044462d;", 'header "Content-Type" contains "application/pdf"']
        yield url, token, status, rows


def of_page(page):
    """What the documents ask of a page, in Hurl's words."""
    items, links = page["certificates"], {link["rel"] for link in page["links"]}
    rows = ['header "Content-Type" contains "application/hal+json"', f'jsonpath "$.certificates" count == {len(items)}']
    rows += [f'jsonpath "$.pageMetadata.{name}" == {value}' for name, value in page["pageMetadata"].items()]
    for rel in ("self", "start", "last", "next"):
        rows.append(f"jsonpath \"$.links[?(@.rel=='{rel}')].href\" {'exists' if rel in links else 'not exists'}")
    for place in range(len(items)):
        rows.append(f'jsonpath "$.certificates[{place}].id" isString')
        rows.append(f'jsonpath "$.certificates[{place}].language" matches /^(nl|fr|de|en)$/')
        rows.append(f'jsonpath "$.certificates[{place}].year" isInteger')
    return rows


def hurl_file(source, har):
    entries = []
    for url, token, status, rows in requests_of(source, har):
        header = f"\nAuthorization: Bearer {token}" if token else ""
        entries.append(f"GET {url}{header}\nHTTP {status}\n" + "".join(f"{row}\n" for row in ["[Asserts]", *rows] if rows))
    return "\n".join(entries), len(entries)


def hurl_parallel(options, source, script):
    """The same in files of their own, which Hurl runs side by side."""
    folder = source.folder / "parallel"
    folder.mkdir()
    for place, entry in enumerate(script.split("\n\n")):
        (folder / f"{place:03}.hurl").write_text(entry + "\n")
    return [options.hurl, "--test", "--parallel", "--jobs", "8", "--cacert", str(source.ca), str(folder)]


if __name__ == "__main__":
    main()
